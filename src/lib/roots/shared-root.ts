import type { Project } from '../config/project.js'
import { SHARED_NAME } from '../core/names.js'
import type { Root, StatePlace } from './root.js'
import { sharedTerraformVariables } from './shared-values.js'

/** Where the state of what environments share lies. */
export function sharedPlace({ shared }: Pick<Project, 'shared'>): StatePlace {
  return { name: SHARED_NAME, account: shared.account, region: shared.region, stateKey: `${SHARED_NAME}/terraform.tfstate` }
}

/** The root of what environments share. */
export function sharedRoot(project: Project): Root {
  const { shared } = project
  const parts = [
    `${shared.registry.repositories.length} repositories`,
    `trail ${shared.trail.enabled ? 'on' : 'off'}`,
    `${Object.keys(shared.dns.zones).length} zones`,
  ]
  return {
    ...sharedPlace(project),
    stage: 'shared',
    template: 'shared',
    folder: 'infra/shared',
    file: 'platform.yaml',
    summary: parts.join(', '),
    protection: shared.protection,
    unprotect: 'Set "shared.protection: false" in platform.yaml and commit it',
    commands: {
      plan: 'platform shared plan',
      apply: 'platform shared apply',
      destroy: 'platform shared destroy',
      origins: 'platform config show --origins',
    },
    upstream: [],
    values: () => sharedTerraformVariables(project),
  }
}
