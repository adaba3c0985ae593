import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { terraformVariables } from '../../../src/lib/roots/environment-values.js'
import { UserError } from '../../../src/lib/core/errors.js'
import { arbitraryTexts, configurationOf, ENVIRONMENT_NAME, SEED } from '../../helpers/arbitrary-configuration.js'

/** Values of a root module without `undefined` or `NaN`, which JSON would drop or change. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return value !== undefined
  return Object.values(value).every(isPlain)
}

describe(`any configuration (FAST_CHECK_SEED=${SEED})`, { timeout: 60_000 }, () => {
  test('that is accepted becomes values for Terraform, the same each time', () => {
    let accepted = 0
    const runs = 100
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
        const values = terraformVariables(project, environment)
        expect(values).toSatisfy(isPlain)
        expect(JSON.parse(JSON.stringify(values))).toEqual(values)
        const again = load()
        expect(terraformVariables(again, again.environments.get(ENVIRONMENT_NAME)!)).toEqual(values)
      }),
      { seed: SEED, numRuns: runs },
    )
    // A property over refused files only would prove nothing.
    expect(accepted).toBeGreaterThan(runs / 2)
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
      { seed: SEED, numRuns: 100 },
    )
  })
})
