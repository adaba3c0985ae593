import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf } from '../helpers/aws.js'
import { createAndKillEverything, expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

let repository: Repository
beforeEach(async () => {
  repository = await Repository.init()
})
afterEach(async () => repository.remove())

describe('a creation of which everything was killed, so that the state lost what was made', () => {
  it('is finished by the same command, and nothing is made twice', async () => {
    await createAndKillEverything(repository, 25)
    const second = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(second.stderr).not.toContain('Error')
    expect(second.json<ApplyResult>()).toMatchObject({ status: 'resumed' })
    expect(second.stderr).toMatch(/found in AWS and imported/)
    await expectOneOfEach(await clientsOf(repository))
    expect((await repository.run('env', 'create', 'dev', '--yes', '--json')).json()).toMatchObject({ status: 'unchanged' })
  })

  it('can be destroyed instead', async () => {
    await createAndKillEverything(repository, 25)
    const destroyed = await repository.run('env', 'destroy', 'dev', '--confirm', 'dev', '--json')
    expect(destroyed.stderr).not.toContain('Error')
    expect(destroyed.json()).toMatchObject({ destroyed: true, orphans: [] })
  })
})
