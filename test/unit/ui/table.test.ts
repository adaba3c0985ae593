import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createStyle } from '../../../src/lib/ui/style.js'
import { renderFields, renderTable } from '../../../src/lib/ui/table.js'

const plain = createStyle(false)

test('columns stand below each other, and nothing shows as a dash', () => {
  const rows = [
    { name: 'dev', count: 3, note: undefined },
    { name: 'production', count: 12, note: 'x' },
  ]
  const text = renderTable(
    rows,
    [
      { header: 'NAME', value: ({ name }) => name },
      { header: 'COUNT', value: ({ count }) => count, align: 'right' },
      { header: 'NOTE', value: ({ note }) => note },
    ],
    plain,
  )
  expect(text).toBe(['NAME        COUNT  NOTE', 'dev             3  -', 'production     12  x'].join('\n'))
})

test('colours do not move columns', () => {
  const style = createStyle(true)
  const rows = ['ok', 'broken']
  const columns = [
    { header: 'S', value: (row: string) => (row === 'ok' ? style.green(row) : row) },
    { header: 'T', value: () => 'x' },
  ]
  const withoutColour = stripVTControlCharacters(renderTable(rows, columns, style))
  expect(withoutColour).toBe(['S       T', 'ok      x', 'broken  x'].join('\n'))
})

test('fields line up', () => {
  const text = renderFields(
    [
      ['name', 'dev'],
      ['protection', false],
      ['drift', null],
    ],
    plain,
  )
  expect(text).toBe(['name        dev', 'protection  false', 'drift       -'].join('\n'))
})
