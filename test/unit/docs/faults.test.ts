import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../../src/lib/core/error-codes.js'

const text = await readFile('docs/reference/faults.md', 'utf8')
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

  test.each(rows.map((row) => [row[1] ?? '', row[3] ?? '']))('%s: names tests that exist', (_fault, tests) => {
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, name]) => name)
    expect(named).not.toEqual([])
    for (const name of named) expect(existsSync(`test/${name}.test.ts`), name).toBe(true)
  })

  test('names codes that errors have', () => {
    const codes = [...text.matchAll(/Error \[(\w+)\]/g)].map(([, code]) => code)
    expect(codes.filter((code) => !Object.hasOwn(errorCodes, code ?? ''))).toEqual([])
  })
})
