import { toJsonText, writeFileAtomic } from '../../core/files.js'

/** A table for a report in Markdown. */
export interface MarkdownTable {
  title: string
  header: readonly string[]
  rows: ReadonlyArray<readonly string[]>
}

/** Writes a result for machines (.json) or for people (.md). @throws `FileNotWritable` */
export async function writeReport(file: string, result: unknown, table: MarkdownTable): Promise<void> {
  await writeFileAtomic(file, file.endsWith('.json') ? toJsonText(result) : markdownOf(table))
}

function markdownOf({ title, header, rows }: MarkdownTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [`# ${cell(title)}`, '', line(header), line(header.map(() => '---')), ...rows.map(line), ''].join('\n')
}

/** Text that stays in its cell and is no HTML. */
function cell(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\\', '\\\\').replaceAll('|', '\\|')
  return escaped.replaceAll(/\s*\n\s*/g, '<br>')
}
