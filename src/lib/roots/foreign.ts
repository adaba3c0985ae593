import type { PlannedResource, PlanSummary } from '../terraform/plan.js'
import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import type { Root } from './root.js'

/** Whether platform did not make it. */
export function isForeign(foreign: Root['foreign'], { address }: { address: string }): boolean {
  return foreign !== undefined && address.startsWith(`${foreign.module}.`)
}

const changes = ({ actions }: PlannedResource): boolean => actions.some((action) => action !== 'no-op')

/**
 * What a plan would do to a cluster that platform did not make, and to what already exists in it and would be taken over, such as the
 * Pod Identity association of a service account.
 * @throws `ImportNotClean`
 */
export function refuseForeignChanges({ name, file, foreign, commands }: Root, { resources }: PlanSummary): void {
  if (!foreign) return
  const touched = resources.filter((resource) => changes(resource) && (resource.imported || isForeign(foreign, resource)))
  if (touched.length === 0) return
  throw new UserError('ImportNotClean', `Importing the cluster of ${name} would change it. Nothing was imported.`, {
    reason: touched
      .map(({ address, actions, imported }) => `${address}: ${imported ? 'exists already, ' : ''}${actions.join(' and ')}`)
      .join('\n'),
    next: [
      `See what differs: ${commands.plan}, then in infra/environments/${name}: terraform show FILE`,
      `Write what the cluster has under existing in ${file}, then run the same command again.`,
      ...(touched.some((resource) => !isForeign(foreign, resource))
        ? ['What exists outside of it is not taken over: remove it, or turn off in the file what needs it.']
        : []),
    ],
    details: { environment: name, touched },
  })
}

/** Refuses to be told to delete an imported cluster where there is none. @throws `BadFlag` */
export function refuseDeletion({ environments }: Project, name: string, asked: boolean): void {
  const environment = environments.get(name)
  if (!asked || !environment || environment.existing) return
  throw new UserError(
    'BadFlag',
    `--delete-cluster is for a cluster that was imported. Platform made that of ${name}. Nothing was changed.`,
    {
      next: [`platform env destroy ${name}`],
      details: { environment: name },
    },
  )
}
