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

test.each([
  [undefined, 80, 4],
  [60, 60, 5],
  // Too narrow to break a sentence well.
  [20, 46, 7],
  [200, 155, 2],
])('a column of sentences takes what the others leave of %s columns', (width, widest, lines) => {
  const sentence =
    'In an environment with protection, databases, tables and load balancers are protected from deletion, and so is the rest of it all.'
  const style = createStyle(true)
  const text = renderTable(
    [{ id: 'deletion-protection' }],
    [
      { header: 'Rule', value: ({ id }) => style.green(id) },
      { header: 'What it asks for', value: () => sentence, wraps: true },
    ],
    style,
    width,
  )
  const plainLines = stripVTControlCharacters(text).split('\n')
  expect(plainLines).toHaveLength(lines)
  expect(Math.max(...plainLines.map(({ length }) => length))).toBeLessThanOrEqual(widest)
  expect(
    plainLines
      .map((line) => line.slice(21))
      .slice(1)
      .map((line) => line.trim())
      .join(' '),
  ).toBe(sentence)
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
