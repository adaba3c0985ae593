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

/** The table for a pull request, say. What stands in it cannot be taken for anything but text. */
export function markdownOf({ title, header, rows }: MarkdownTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [`# ${cell(title)}`, '', line(header), line(header.map(() => '---')), ...rows.map(line), ''].join('\n')
}

/** What Markdown and HTML read as more than text: marks, links, and, in a pull request, names of people and numbers of issues. */
const MEANT: ReadonlyArray<readonly [RegExp, string]> = [
  [/&/g, '&amp;'],
  [/</g, '&lt;'],
  [/#(?=\d)/g, '&#35;'],
  [/[\\`*_[\]|]|~(?!\d)/g, '\\$&'],
  [/@/g, '&#64;'],
  [/(?<=\w):\/\//g, '&#58;//'],
  [/\bwww\./gi, 'www&#46;'],
  [/\s*[\r\n\u2028\u2029]+\s*/g, '<br>'],
  [/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, ''],
]

/** Text that stays in its cell and is no HTML. */
function cell(text: string): string {
  return MEANT.reduce((escaped, [pattern, replacement]) => escaped.replaceAll(pattern, replacement), text)
}
