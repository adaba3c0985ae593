import { describe, expect, it } from 'vitest'
import { argumentsToResume, commandOf } from '../../../src/lib/cli/resume-arguments.js'

describe('argumentsToResume', () => {
  it.each([
    ['env create dev --preset small --yes --timeout 30m --json', 'env create dev --preset small --yes --timeout 30m'],
    ['env create dev -C ../acme --quiet --no-color -y', 'env create dev -y'],
    ['env create dev --directory=../acme -C/tmp', 'env create dev'],
    ['env destroy dev --confirm dev --no-wait', 'env destroy dev --no-wait'],
    ['env apply dev --plan p.tfplan --plan-digest=sha256:1 --yes', 'env apply dev'],
  ])('%s', (given, resumed) => {
    expect(argumentsToResume({ command: 'x', arguments: given.split(' ') }).join(' ')).toBe(resumed)
  })

  it('takes the command alone from a journal of an older version', () => {
    expect(argumentsToResume({ command: 'env create dev' })).toEqual(['env', 'create', 'dev'])
  })
})

it('divides a command line into command and arguments', () => {
  expect(commandOf(['env', 'create', 'dev'], ['env', 'env:create'])).toEqual({ id: 'env:create', argv: ['dev'] })
  expect(commandOf(['gone', 'dev'], ['env:create'])).toBeUndefined()
})
