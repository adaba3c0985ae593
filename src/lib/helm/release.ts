import { UserError } from '../core/errors.js'
import { assertChartDigest, type ChartArchive } from './chart.js'
import type { Helm } from './helm.js'
import { helmError } from './helm-error.js'

export interface ReleasePlace {
  name: string
  namespace: string
}

/** Source: helm.sh/helm/v3/pkg/release/status.go */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback'

export interface Release {
  revision: number
  status: ReleaseStatus
  /** Name of the chart, a dash, and its version. */
  chart: string
  appVersion: string
}

export interface InstallOptions {
  archive: ChartArchive
  values: Record<string, unknown>
  timeoutMs: number
  /** Until everything is ready. */
  wait: boolean
}

/** The newest revision of a release, whatever its status. @returns undefined when there is none */
export async function readRelease(helm: Helm, place: ReleasePlace): Promise<Release | undefined> {
  return (await readHistory(helm, place)).at(-1)
}

/** All revisions that Helm still knows, oldest first. */
export async function readHistory(helm: Helm, { name, namespace }: ReleasePlace): Promise<Release[]> {
  const result = await helm.run(['history', name, `--namespace=${namespace}`, '--output=json'])
  if (result.exitCode !== 0) {
    if (/release: not found/.test(result.stderr)) return []
    throw helmError(result, `read release ${name}`)
  }
  const answer = JSON.parse(result.stdout) as Array<{ revision: number; status: ReleaseStatus; chart: string; app_version: string }>
  return answer.map(({ revision, status, chart, app_version: appVersion }) => ({ revision, status, chart, appVersion }))
}

/** The values that a release was installed with, defaults of the chart left out. */
export async function readValues(helm: Helm, { name, namespace }: ReleasePlace): Promise<Record<string, unknown>> {
  const result = await helm.run(['get', 'values', name, `--namespace=${namespace}`, '--output=json'])
  if (result.exitCode !== 0) throw helmError(result, `read the values of release ${name}`)
  return (JSON.parse(result.stdout) as Record<string, unknown> | null) ?? {}
}

/** Installs a release, or brings it to this chart and these values. The archive is checked once more, for it may lie where others write. */
export async function installRelease(helm: Helm, { name, namespace }: ReleasePlace, options: InstallOptions): Promise<void> {
  const { archive, values, timeoutMs, wait } = options
  await assertChartDigest(archive)
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000))
  const args = ['upgrade', name, archive.file, '--install', `--namespace=${namespace}`, `--version=${archive.version}`]
  const result = await helm.run([...args, '--values=-', `--timeout=${seconds}s`, '--history-max=10', ...(wait ? ['--wait'] : [])], {
    input: JSON.stringify(values),
  })
  if (result.exitCode !== 0) throw helmError(result, `install ${archive.name} ${archive.version}`)
}

/** What to do with a release before it can be changed. */
export type Repair = 'nothing' | 'forget' | 'roll-back' | 'uninstall'

/** Helm refuses to touch a release in whose middle it was stopped. `repairRelease` carries out what this says. */
export function repairNeeded(history: readonly Release[]): Repair {
  const newest = history.at(-1)
  if (!newest) return 'nothing'
  if (newest.status === 'uninstalling' || newest.status === 'uninstalled') return 'uninstall'
  if (!newest.status.startsWith('pending-')) return 'nothing'
  return lastGood(history) === undefined ? 'forget' : 'roll-back'
}

/**
 * Brings a release that was left in the middle into a state from which it can be installed or upgraded.
 * Nothing that runs is taken away: what a first install made is adopted by the next one.
 * @param forget deletes the record of a revision
 */
export async function repairRelease(
  helm: Helm,
  { name, namespace }: ReleasePlace,
  forget: (secret: { name: string; namespace: string }) => Promise<void>,
): Promise<Repair> {
  const history = await readHistory(helm, { name, namespace })
  const repair = repairNeeded(history)
  if (repair === 'forget') {
    for (const { revision } of history) await forget({ name: `sh.helm.release.v1.${name}.v${revision}`, namespace })
  }
  if (repair === 'roll-back') {
    const good = lastGood(history)
    const result = await helm.run(['rollback', name, String(good?.revision ?? 0), `--namespace=${namespace}`])
    if (result.exitCode !== 0) throw helmError(result, `roll back release ${name}`)
  }
  if (repair === 'uninstall') {
    const result = await helm.run(['uninstall', name, `--namespace=${namespace}`, '--ignore-not-found'])
    if (result.exitCode !== 0) throw helmError(result, `finish the removal of release ${name}`)
  }
  if (repairNeeded(await readHistory(helm, { name, namespace })) !== 'nothing') {
    throw new UserError('HelmFailed', `Release ${name} is stuck.`, {
      next: [`See what Helm knows of it: helm history ${name} --namespace ${namespace}`],
    })
  }
  return repair
}

/** @returns false when there was none */
export async function uninstallRelease(
  helm: Helm,
  { name, namespace }: ReleasePlace,
  { timeoutMs }: { timeoutMs: number },
): Promise<boolean> {
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000))
  const result = await helm.run(['uninstall', name, `--namespace=${namespace}`, '--wait', `--timeout=${seconds}s`])
  if (result.exitCode === 0) return true
  if (/release: not found/.test(result.stderr)) return false
  throw helmError(result, `remove release ${name}`)
}

function lastGood(history: readonly Release[]): Release | undefined {
  return history.findLast(({ status }) => status === 'deployed' || status === 'superseded')
}
