import { expect, test } from 'vitest'
import { suggestCommand } from '../../../src/lib/cli/command-not-found.js'

const commands = ['env create', 'env destroy', 'env list', 'run list', 'doctor', 'init', 'sandbox status']

test.each([
  ['env crate', 'env create'],
  ['evn create', 'env create'],
  ['env crate dev', 'env create'],
  ['create env', 'env create'],
  ['destroy', 'env destroy'],
  ['docter', 'doctor'],
  ['intt', 'init'],
  ['env', undefined],
  ['list', undefined],
  ['helicopter', undefined],
])('%j was meant to be %j', (typed, meant) => {
  expect(suggestCommand(typed, commands)).toBe(meant)
})
