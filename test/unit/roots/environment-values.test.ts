import { describe, expect, it } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import type { Environment, Project } from '../../../src/lib/config/project.js'
import { environmentRoot } from '../../../src/lib/roots/environment-root.js'
import { terraformVariables } from '../../../src/lib/roots/environment-values.js'
import { backendConfiguration } from '../../../src/lib/roots/value-files.js'
import { ENVIRONMENT, PLATFORM, repository } from '../config/repository.js'

const ROLE = 'arn:aws:iam::000000000000:role/deploy'

async function projectFor(target: 'aws' | 'sandbox'): Promise<{ project: Project; environment: Environment }> {
  const platform = `${PLATFORM.replace('target: sandbox', `target: ${target}`)}    role: ${ROLE}\n`
  const project = await loadProject(await repository({ 'platform.yaml': platform, 'environments/dev.yaml': ENVIRONMENT }), { env: {} })
  const environment = project.environments.get('dev')
  if (!environment) throw new Error('the environment was not loaded')
  return { project, environment }
}

describe('the role of an account', () => {
  it('is assumed by the provider and by the backend', async () => {
    const { project, environment } = await projectFor('aws')
    expect(terraformVariables(project, environment)['assume_role_arn']).toBe(ROLE)
    expect(backendConfiguration(project, environmentRoot(project, environment))).toMatchObject({
      terraform: { backend: { s3: { assume_role: { role_arn: ROLE } } } },
    })
  })

  it('is assumed by nobody in a sandbox', async () => {
    const { project, environment } = await projectFor('sandbox')
    expect(environment.account.roleArn).toBe(ROLE)
    expect(terraformVariables(project, environment)['assume_role_arn']).toBeNull()
    expect(JSON.stringify(backendConfiguration(project, environmentRoot(project, environment)))).not.toContain('role')
  })
})
