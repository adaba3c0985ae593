import { expect, test } from 'vitest'
import type { StateVersion } from '../../../src/lib/aws/state-versions.js'
import { historyColumns } from '../../../src/lib/cli/state-view.js'
import { createStyle } from '../../../src/lib/ui/style.js'
import { renderTable } from '../../../src/lib/ui/table.js'

const version = (more: Partial<StateVersion>): StateVersion => ({
  versionId: '0f2c3a52-7f2e-4d6f-9a64-2f1f0c8f2b11',
  savedAt: '2026-11-25T07:28:55.123Z',
  serial: 123_456,
  size: 1_234_567,
  resources: 1234,
  current: false,
  deleted: false,
  ...more,
})

test('the versions of a state fit into 80 columns, and tell them apart', () => {
  const versions = [version({ current: true }), version({ unreadable: true }), version({ deleted: true, resources: 0 })]
  const lines = renderTable(versions, historyColumns, createStyle(false)).split('\n')
  expect(lines).toEqual([
    '   Version                               Saved (UTC)          Serial   Resources',
    '*  0f2c3a52-7f2e-4d6f-9a64-2f1f0c8f2b11  2026-11-25 07:28:55  123456        1234',
    '   0f2c3a52-7f2e-4d6f-9a64-2f1f0c8f2b11  2026-11-25 07:28:55  123456  unreadable',
    '   0f2c3a52-7f2e-4d6f-9a64-2f1f0c8f2b11  2026-11-25 07:28:55  123456     deleted',
  ])
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80)
})
