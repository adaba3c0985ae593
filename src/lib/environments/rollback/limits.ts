import type { Environment } from '../../config/project.js'
import { UserError } from '../../core/errors.js'

/** Something that stays as it is, whatever Git says. */
export interface NotUndone {
  what: string
  why: string
}

/**
 * Where AWS never goes back, a plan would fail half-way, or replace what holds data.
 * @param running Kubernetes version of the cluster as it is; undefined without one
 * @throws `RollbackRefused` with every reason
 */
export function refuseImpossible(now: Environment, then: Environment, running: string | undefined, target: string): void {
  const { name } = now
  const current = running ?? now.cluster.kubernetesVersion
  const databases = Object.entries(then.databases).flatMap(([database, { engine, version, storageGiB }]): string[] => {
    const today = now.databases[database]
    if (!today || today.engine !== engine) return []
    return [
      ...(isOlder(version, today.version)
        ? [`Database ${database} runs version ${today.version}, and RDS never goes back to ${version}.`]
        : []),
      ...(storageGiB !== undefined && today.storageGiB !== undefined && storageGiB < today.storageGiB
        ? [`Database ${database} has ${today.storageGiB} GiB, and its storage never gets smaller.`]
        : []),
    ]
  })
  const reasons = [
    ...(isOlder(then.cluster.kubernetesVersion, current)
      ? [`The cluster runs Kubernetes ${current}, and EKS never goes back to ${then.cluster.kubernetesVersion}.`]
      : []),
    ...(now.cluster.authenticationMode === 'API' && then.cluster.authenticationMode !== 'API'
      ? [`The cluster signs in by access entries alone, and EKS never goes back to ${then.cluster.authenticationMode}.`]
      : []),
    ...databases,
  ]
  if (reasons.length === 0) return
  throw new UserError('RollbackRefused', `${name} cannot be brought back to ${target.slice(0, 12)}.`, {
    reason: reasons.join('\n'),
    next: [
      `Name a later commit: platform env rollback ${name} --to COMMIT`,
      `Or change environments/${name}.yaml by hand, and apply it: platform env apply ${name}`,
    ],
    details: { name, target, reasons },
  })
}

/** What the files alone tell of what does not come back. */
export function notUndone(now: Environment, then: Environment, apps: readonly string[]): NotUndone[] {
  const [today, earlier] = [Object.keys(now.databases), Object.keys(then.databases)]
  return [
    ...today
      .filter((database) => earlier.includes(database))
      .map((database) => ({ what: `database ${database}`, why: 'What is in it stays as it is now.' })),
    ...earlier
      .filter((database) => !today.includes(database))
      .map((database) => ({ what: `database ${database}`, why: 'It is made anew and empty: bring its data back from a snapshot.' })),
    ...apps.map((app) => ({ what: `application ${app}`, why: 'What its jobs, hooks and migrations have done stays done.' })),
  ]
}

/** What the plan tells of what is lost. */
export function lostWith(resources: ReadonlyArray<{ address: string; actions: readonly string[] }>): NotUndone[] {
  return resources
    .filter(({ actions }) => actions.includes('delete'))
    .map(({ address, actions }) => ({
      what: address,
      why: actions.includes('create') ? 'It is replaced: what it holds, and its id, are gone.' : 'It is destroyed: what it holds is gone.',
    }))
}

/** Whether one version comes before another, number by number. */
function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined) return false
  const [a, b] = [version, than].map((each) => each.split('.').map(Number))
  for (const [index, number] of (a ?? []).entries()) {
    const other = b?.[index]
    if (other === undefined || Number.isNaN(number) || Number.isNaN(other)) return false
    if (number !== other) return number < other
  }
  return false
}
