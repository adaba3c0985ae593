import Table from 'cli-table3'
import type { Style } from './style.js'

export interface Column<Row> {
  header: string
  /** Text of the cell. Nothing (undefined, null, '') shows as a dash. */
  value: (row: Row) => string | number | boolean | null | undefined
  align?: 'left' | 'right'
}

const EMPTY_CELL = '-'

/** Lines of borderless columns with two spaces between them, as `kubectl` prints. */
export function renderTable<Row>(rows: readonly Row[], columns: ReadonlyArray<Column<Row>>, style: Style): string {
  const table = new Table({
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  })
  table.push(columns.map(({ header }) => style.bold(header)))
  for (const row of rows) table.push(columns.map(({ value }) => cellText(value(row))))
  return trimLines(table.toString())
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
