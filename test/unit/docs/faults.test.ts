import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../../src/lib/core/error-codes.js'

const text = await readFile('docs/reference/faults.md', 'utf8')
/** Without `.test.ts`. A test that was divided counts by the start of its name. */
const tests = (await readdir('test', { recursive: true })).flatMap((file) => /^(.*?)\.test\.ts$/.exec(file)?.[1] ?? [])
/** The lines of all tables, without their heads. */
const rows = text
  .split('\n')
  .filter((line) => /^\|(?! -| fault | what is wrong )/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

describe('docs/reference/faults.md', () => {
  test('has rows of three cells', () => {
    expect(rows.length).toBeGreaterThan(50)
    for (const row of rows) expect(row, row.join('|')).toHaveLength(5)
  })

  test.each(rows.map((row) => [row[1] ?? '', row[3] ?? '']))('%s: names tests that exist', (_fault, cell) => {
    const named = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
    expect(named).not.toEqual([])
    for (const name of named)
      expect(
        tests.some((test) => test === name || test.startsWith(`${name}-`)),
        name,
      ).toBe(true)
  })

  test('names codes that errors have', () => {
    const codes = [...text.matchAll(/Error \[(\w+)\]/g)].map(([, code]) => code)
    expect(codes.filter((code) => !Object.hasOwn(errorCodes, code ?? ''))).toEqual([])
  })
})
