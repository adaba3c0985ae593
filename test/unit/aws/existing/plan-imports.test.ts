import { describe, expect, it } from 'vitest'
import type { Existing } from '../../../../src/lib/aws/existing/existing-resources.js'
import { importsFile, planImports } from '../../../../src/lib/aws/existing/plan-imports.js'

const create = (address: string, type = 'aws_vpc') => ({ address, type, values: {} })
const finder = (known: Record<string, Existing>) => ({ find: async ({ address }: { address: string }) => known[address] })

describe('planImports', () => {
  it('adds what was found to what was known, and does not look for that again', async () => {
    const asked: string[] = []
    const round = await planImports(
      [create('a'), create('b'), create('c')],
      {
        find: async ({ address }) => {
          asked.push(address)
          return address === 'b' ? { importId: 'id-b' } : undefined
        },
      },
      [{ to: 'a', id: 'id-a' }],
    )
    expect(asked).toEqual(['b', 'c'])
    expect(round).toEqual({
      imports: [
        { to: 'a', id: 'id-a' },
        { to: 'b', id: 'id-b' },
      ],
      found: 1,
      failed: [],
      notes: [],
      unknown: [],
    })
  })

  it('tells failed ones and notes apart', async () => {
    const round = await planImports(
      [create('a'), create('b')],
      finder({ a: { importId: '1', failed: true, note: 'broken' }, b: { importId: '2', note: 'odd' } }),
    )
    expect(round.failed).toEqual([{ address: 'a', importId: '1', note: 'broken' }])
    expect(round.notes).toEqual([{ address: 'b', note: 'odd' }])
  })

  it('names AWS resources that nobody can look for', async () => {
    const round = await planImports([create('a', 'aws_unheard_of'), create('b', 'terraform_data'), create('c')], finder({}))
    expect(round.unknown).toEqual(['a'])
  })
})

describe('importsFile', () => {
  it('keeps Terraform from reading an id as a template', () => {
    expect(importsFile([{ to: 'a["x"]', id: 'r:${y}%{z}' }])).toEqual({ import: [{ to: 'a["x"]', id: 'r:$${y}%%{z}' }] })
  })
})
