import { json, jsonBody, type Answer } from '../gateway/answer.js'
import { isNewer, newerVersions, NEWEST_IN_EMULATOR } from './eks-versions.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

interface AddonVersion {
  compatibilities?: Array<{ clusterVersion?: string; platformVersions?: string[]; defaultVersion?: boolean }>
}
interface Addon {
  addonVersions?: AddonVersion[]
}

/**
 * Gap: DescribeAddonVersions lists nothing for Kubernetes 1.35 and 1.36. Here they get the add-on versions of 1.34: the names and
 * numbers of a real build, but an older one than AWS offers.
 */
export const eksAddonCatalogue: Mend = {
  id: 'eks-addon-catalogue',
  gap: 'DescribeAddonVersions ends at Kubernetes 1.34.',
  service: 'eks',
  actions: ['DescribeAddonVersions'],
  async handle(request, context) {
    const answer = await context.forward(request)
    const wanted = request.call.query.get('kubernetesVersion')
    if (answer.status !== 200 || (wanted !== null && (!isNewer(wanted) || listsAddons(answer)))) return answer
    const source = wanted === null ? answer : await askForNewestKnown(request, context)
    const document = jsonBody(source.body)
    if (!document || !Array.isArray(document['addons'])) return source
    const versions = wanted === null ? newerVersions.map(({ version }) => version) : [wanted]
    return json(200, { ...document, addons: extendAddons(document['addons'] as Addon[], versions, wanted === null) })
  },
}

/**
 * Gives each add-on version that runs on the newest known Kubernetes also the compatibility with `versions`.
 * @param keepOthers whether the compatibilities with other versions stay.
 */
export function extendAddons(addons: readonly Addon[], versions: readonly string[], keepOthers: boolean): Addon[] {
  return addons.map((addon) => ({
    ...addon,
    addonVersions: (addon.addonVersions ?? []).map((entry) => {
      const known = (entry.compatibilities ?? []).filter(({ clusterVersion }) => !versions.includes(clusterVersion ?? ''))
      const borrowed = known.filter(({ clusterVersion }) => clusterVersion === NEWEST_IN_EMULATOR)
      const added = versions.flatMap((clusterVersion) => borrowed.map((compatibility) => ({ ...compatibility, clusterVersion })))
      return { ...entry, compatibilities: [...added, ...(keepOthers ? known : [])] }
    }),
  }))
}

function listsAddons(answer: Answer): boolean {
  const addons = jsonBody(answer.body)?.['addons']
  return Array.isArray(addons) && addons.length > 0
}

function askForNewestKnown({ call }: MendRequest, context: MendContext): Promise<Answer> {
  const query = new URLSearchParams(call.query)
  query.set('kubernetesVersion', NEWEST_IN_EMULATOR)
  return context.sendAsRoot({ method: 'GET', url: `${call.path}?${query}`, rawHeaders: [], body: Buffer.alloc(0) }, 'eks')
}

/** Gap: DescribeClusterVersions does not list Kubernetes 1.35 and 1.36. */
export const eksClusterVersions: Mend = {
  id: 'eks-cluster-versions',
  gap: 'DescribeClusterVersions ends at Kubernetes 1.34.',
  service: 'eks',
  actions: ['DescribeClusterVersions'],
  async handle(request, context) {
    const answer = await context.forward(request)
    const document = jsonBody(answer.body)
    if (answer.status !== 200 || !document || !Array.isArray(document['clusterVersions']) || typeof document['nextToken'] === 'string')
      return answer
    const listed = document['clusterVersions'] as Array<{ clusterVersion?: string }>
    return json(200, { ...document, clusterVersions: [...missingVersions(listed, request.call.query), ...listed] })
  },
}

/** The rows that a list of cluster versions lacks, as far as the filters of the request let them through. */
export function missingVersions(
  listed: ReadonlyArray<{ clusterVersion?: string }>,
  query: URLSearchParams,
): Array<Record<string, unknown>> {
  const wanted = query.getAll('clusterVersions')
  const status = query.get('versionStatus')?.toUpperCase() ?? query.get('status')?.toUpperCase().replaceAll('-', '_')
  if (query.get('defaultOnly') === 'true' || (status !== undefined && status !== 'STANDARD_SUPPORT')) return []
  return newerVersions
    .filter(({ version }) => !listed.some(({ clusterVersion }) => clusterVersion === version))
    .filter(({ version }) => wanted.length === 0 || wanted.includes(version))
    .toReversed()
    .map(({ version, patch, released, standardUntil, extendedUntil }) => ({
      clusterVersion: version,
      clusterType: query.get('clusterType') ?? 'eks',
      defaultPlatformVersion: 'eks.1',
      defaultVersion: false,
      releaseDate: epochSeconds(released),
      endOfStandardSupportDate: epochSeconds(standardUntil),
      endOfExtendedSupportDate: epochSeconds(extendedUntil),
      status: 'STANDARD_SUPPORT',
      versionStatus: 'STANDARD_SUPPORT',
      kubernetesPatchVersion: patch,
    }))
}

function epochSeconds(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 1000
}
