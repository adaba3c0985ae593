import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { UserError } from '../core/errors.js'
import { makeFolder } from '../core/files.js'
import { isLoopbackUrl } from '../core/loopback.js'
import { isFields } from '../core/plain-data.js'
import type { Helm } from './helm.js'
import { helmError } from './helm-error.js'

/** What registries say to somebody whom they do not know. */
const REFUSED = /\b(?:401|403)\b|unauthorized|denied|no basic auth/i

/** A chart as a repository offers it. */
export interface ChartReference {
  name: string
  /** `https://…`, or `oci://…` without the chart's name. */
  repository: string
  version: string
}

/** A chart on this machine. */
export interface ChartArchive {
  name: string
  version: string
  file: string
  /** `sha256:…` of the archive. */
  digest: string
}

/**
 * Fetches a chart into a folder.
 * @param digest what its archive must have; absent: whatever comes, and its digest is told
 * @throws `ChartNotFound`, `ChartDigestMismatch`
 */
export async function pullChart(
  helm: Helm,
  { name, repository, version }: ChartReference,
  { folder, digest }: { folder: string; digest?: string },
): Promise<ChartArchive> {
  const place = path.join(folder, `${name}-${version}`)
  await makeFolder(place)
  const source = repository.startsWith('oci://')
    ? [`${repository.replace(/\/$/, '')}/${name}`, ...(isLocal(repository) ? ['--plain-http'] : [])]
    : [name, `--repo=${repository}`]
  const result = await helm.run(['pull', ...source, `--version=${version}`, `--destination=${place}`])
  if (result.exitCode !== 0) {
    const { message, reason } = helmError(result, `fetch chart ${name} ${version} from ${repository}`, 'ChartNotFound')
    throw new UserError('ChartNotFound', message, {
      ...(reason !== undefined && { reason }),
      next: REFUSED.test(result.stderr)
        ? ['The repository wants a login. Name one that needs none: mirrors.charts.url in platform.yaml']
        : ['Check the network, or name a mirror that can be reached: mirrors.charts.url in platform.yaml'],
      details: { chart: name, version, repository },
    })
  }
  const file = (await readdir(place)).find((each) => each.endsWith('.tgz'))
  if (file === undefined) throw helmError({ stderr: 'Helm wrote no archive.' }, `fetch chart ${name} ${version}`, 'ChartNotFound')
  const archive = { name, version, file: path.join(place, file) }
  const found = await digestOfFile(archive.file)
  if (digest !== undefined && digest !== found) throw mismatch(archive, digest, found)
  return { ...archive, digest: found }
}

/** @throws `ChartDigestMismatch` */
export async function assertChartDigest(archive: ChartArchive): Promise<void> {
  const found = await digestOfFile(archive.file)
  if (found !== archive.digest) throw mismatch(archive, archive.digest, found)
}

/** What a chart becomes with these values: YAML documents. */
export async function templateChart(
  helm: Helm,
  archive: Pick<ChartArchive, 'name' | 'version' | 'file'>,
  options: {
    release: string
    namespace: string
    /** Later ones win. */
    values: ReadonlyArray<Record<string, unknown>>
    kubernetesVersion?: string
    apiVersions?: readonly string[]
    includeCrds?: boolean
  },
): Promise<string> {
  const { release, namespace, values, kubernetesVersion, apiVersions = [], includeCrds = true } = options
  const result = await helm.run(
    [
      ...['template', release, archive.file, `--namespace=${namespace}`, '--values=-'],
      ...(includeCrds ? ['--include-crds'] : []),
      ...(kubernetesVersion === undefined ? [] : [`--kube-version=${kubernetesVersion}`]),
      ...apiVersions.map((version) => `--api-versions=${version}`),
    ],
    { input: JSON.stringify(mergeValues(values)) },
  )
  if (result.exitCode !== 0) throw helmError(result, `render ${archive.name} ${archive.version}`)
  return result.stdout
}

/** As Helm does it with several files: objects are merged, everything else is replaced. */
export function mergeValues(layers: ReadonlyArray<Record<string, unknown>>): Record<string, unknown> {
  return layers.reduce((below, above) => merge(below, above), {})
}

function merge(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const result = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const under = result[key]
    result[key] = isFields(under) && isFields(value) ? merge(under, value) : value
  }
  return result
}

/** On this machine registries speak no TLS. */
function isLocal(repository: string): boolean {
  return isLoopbackUrl(repository.replace(/^oci:/, 'http:'))
}

async function digestOfFile(file: string): Promise<string> {
  return `sha256:${createHash('sha256')
    .update(await readFile(file))
    .digest('hex')}`
}

function mismatch({ name, version, file }: Pick<ChartArchive, 'name' | 'version' | 'file'>, wanted: string, found: string): UserError {
  return new UserError('ChartDigestMismatch', `Chart ${name} ${version} is not the one that platform.lock.json names.`, {
    reason: `Its digest is ${found}, and ${wanted} is expected. Somebody has published another archive under the same version, or changed it on the way.`,
    next: [
      'Find out who changed it. Where the repository repackages charts, say so: mirrors.charts.digests: mirror in platform.yaml',
      'Where the change is right, take the entry out of platform.lock.json and run the command again.',
    ],
    details: { chart: name, version, file, expected: wanted, found },
  })
}
