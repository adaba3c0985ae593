import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { SHARED_NAME } from '../core/names.js'
import { folderOfRoot } from '../templates/parts.js'
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
    folder: folderOfRoot(SHARED_NAME),
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

/** The root of what environments share, to be planned or applied. @throws `InvalidConfiguration` when it is switched off */
export function enabledSharedRoot(project: Project): Root {
  if (project.shared.enabled) return sharedRoot(project)
  throw new UserError('InvalidConfiguration', 'What environments share is switched off.', {
    reason: 'platform.yaml says "shared.enabled: false".',
    next: ['Set "shared.enabled: true" in platform.yaml, or take the line out.'],
  })
}
