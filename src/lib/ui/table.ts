import Table from 'cli-table3'
import { stripVTControlCharacters } from 'node:util'
import type { Style } from './style.js'

export interface Column<Row> {
  header: string
  /** Text of the cell. Nothing (undefined, null, '') shows as a dash. */
  value: (row: Row) => string | number | boolean | null | undefined
  align?: 'left' | 'right'
  /** Takes the room that the other columns leave, and breaks its texts at words. For sentences; of one column at most. */
  wraps?: true
}

const EMPTY_CELL = '-'
const GAP = '  '

/** Where the width is not known. */
const USUAL_WIDTH = 80

/** Narrower than this, broken sentences are harder to read than lines that the terminal breaks. */
const LEAST_WRAPPED = 24

/**
 * Lines of borderless columns with two spaces between them, as `kubectl` prints.
 * @param width columns of the terminal. Only a column that wraps keeps to it.
 */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: ReadonlyArray<Column<Row>>,
  style: Style,
  width: number = USUAL_WIDTH,
): string {
  const cells = [columns.map(({ header }) => style.bold(header)), ...rows.map((row) => columns.map(({ value }) => cellText(value(row))))]
  const table = new Table({
    chars: { ...NO_BORDERS, middle: GAP },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align }) => align ?? 'left'),
    colWidths: wrappedWidths(cells, columns, width),
    wordWrap: true,
  })
  table.push(...cells)
  return trimLines(table.toString())
}

/** The width of the column that wraps. Null: as wide as its longest cell, which is never broken. */
function wrappedWidths(
  cells: ReadonlyArray<readonly string[]>,
  columns: ReadonlyArray<{ wraps?: true }>,
  width: number,
): Array<number | null> {
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => stripVTControlCharacters(row[index] ?? '').length)))
  const others = widths.reduce((sum, each, index) => (columns[index]?.wraps ? sum : sum + each + GAP.length), 0)
  return widths.map((own, index) => (columns[index]?.wraps ? Math.min(own, Math.max(LEAST_WRAPPED, width - others)) : null))
}

/** Lines of `label  value`, with the values below each other. */
export function renderFields(
  fields: ReadonlyArray<readonly [label: string, value: string | number | boolean | null | undefined]>,
  style: Style,
): string {
  const width = Math.max(0, ...fields.map(([label]) => label.length))
  return fields.map(([label, value]) => `${style.bold(label.padEnd(width))}  ${cellText(value)}`.trimEnd()).join('\n')
}

function cellText(value: string | number | boolean | null | undefined): string {
  return value === undefined || value === null || value === '' ? EMPTY_CELL : String(value)
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
}
