import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { terraformVariables } from '../../../src/lib/roots/environment-values.js'
import { sharedTerraformVariables } from '../../../src/lib/roots/shared-values.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { arbitraryTexts, configurationOf, ENVIRONMENT_NAME, MANAGEMENT, SEED } from '../../helpers/arbitrary-configuration.js'

/** What the management environment tells of its network once it is there. */
const OUTPUTS = new Map([[MANAGEMENT.name, { vpc_id: 'vpc-1', vpc_cidr: MANAGEMENT.cidr }]])

/** What must have been switched on in one of the runs: without it, its values were never looked at. */
const PARTS = [
  ...['edge', 'waf', 'databases', 'connectivity', 'observability', 'policies'],
  ...['registry', 'trail', 'dns', 'access_baseline'],
]

/** Values of a root module without `undefined` or `NaN`, which JSON would drop or change. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return value !== undefined
  return Object.values(value).every(isPlain)
}

describe(`any configuration (FAST_CHECK_SEED=${SEED})`, { timeout: 240_000 }, () => {
  test('that is accepted becomes values for Terraform, the same each time', () => {
    let accepted = 0
    const runs = 60
    const parts = new Set<string>()
    fc.assert(
      fc.property(arbitraryTexts(), (texts) => {
        const load = () => configurationOf(texts).project
        let project
        try {
          project = load()
        } catch (error) {
          if (error instanceof UserError && error.code === 'InvalidConfiguration') return
          throw error
        }
        accepted += 1
        const environment = project.environments.get(ENVIRONMENT_NAME)!
        const values = terraformVariables(project, environment, OUTPUTS)
        const shared = sharedTerraformVariables(project)
        for (const [name, value] of Object.entries({ ...values, ...shared })) if (value !== null) parts.add(name)
        if (Object.keys(project.platform.policies.databases ?? {}).length > 0) parts.add('policies')
        expect(shared).toSatisfy(isPlain)
        expect(JSON.parse(JSON.stringify(shared))).toEqual(shared)
        expect(values).toSatisfy(isPlain)
        expect(JSON.parse(JSON.stringify(values))).toEqual(values)
        const again = load()
        expect(terraformVariables(again, again.environments.get(ENVIRONMENT_NAME)!, OUTPUTS)).toEqual(values)
        expect(sharedTerraformVariables(again)).toEqual(shared)
      }),
      { seed: SEED, numRuns: runs },
    )
    // A property over refused files only would prove nothing.
    expect(accepted).toBeGreaterThan(runs / 2)
    expect([...parts]).toEqual(expect.arrayContaining(PARTS))
  })

  test('whatever its text, it is accepted or refused with a place, and nothing else happens', () => {
    const noise = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...Array.from('{}[]:,-?&*!|>\'"%@` \n\t#a0')) }),
    )
    fc.assert(
      fc.property(arbitraryTexts(), noise, fc.nat(), (texts, text, where) => {
        const at = where % (texts.environment.length + 1)
        const environment = texts.environment.slice(0, at) + text + texts.environment.slice(at)
        try {
          configurationOf({ ...texts, environment })
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          expect(error.code).toBe('InvalidConfiguration')
          for (const problem of error.details['problems'] as object[])
            expect(problem).toMatchObject({ file: expect.any(String), line: expect.any(Number), message: expect.any(String) })
        }
      }),
      { seed: SEED, numRuns: 60 },
    )
  })
})
