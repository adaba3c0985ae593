import type { DriftResult } from '../environments/fleet/drift-fleet.js'
import type { MarkdownTable } from '../environments/fleet/report-file.js'
import type { DriftNews } from '../environments/fleet/watch-drift.js'
import type { Column } from '../ui/table.js'

interface View {
  printReport(table: MarkdownTable, result: unknown, file: string | undefined): Promise<void>
  print(text: string): void
  note(text: string): void
}

/** Prints a comparison as a table or as Markdown, and writes it to a file where that is asked for. */
export async function printDrift(view: View, result: DriftResult, options: { markdown: boolean; file: string | undefined }): Promise<void> {
  const { driftTable } = await import('../environments/fleet/drift-table.js')
  const { markdownOf, writeReport } = await import('../environments/fleet/report-file.js')
  const table = driftTable('Drift', result)
  if (options.markdown) {
    view.print(markdownOf(table).trimEnd())
    if (options.file !== undefined) await writeReport(options.file, result, table)
  } else {
    await view.printReport(table, result, options.file)
  }
  for (const { name, error } of result.environments) for (const next of error?.next ?? []) view.note(`Next for ${name}: ${next}`)
}

type Row = DriftNews['rows'][number]

/** Prints what came and went since the table before. */
export async function printDriftNews(
  printTable: (rows: readonly Row[], columns: ReadonlyArray<Column<Row>>) => Promise<void>,
  { at, rows }: DriftNews,
): Promise<void> {
  const headers = [at.toISOString(), 'Environment', 'Verdict', 'Resource', 'What', 'Changed by']
  await printTable(
    rows,
    headers.map((header, index) => ({ header, value: (row) => row[index] })),
  )
}
