import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from '../../core/errors.js'
import { toJsonText, writeFileAtomic } from '../../core/files.js'
import { jsonBody, type Answer } from '../gateway/answer.js'
import { clusterOfPath } from '../gateway/eks-path.js'
import { isNewer, NEWEST_IN_EMULATOR } from './eks-versions.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

/**
 * Gap: add-ons are refused on clusters of Kubernetes 1.35 and 1.36, which the emulator's catalogue does not know. The cluster is
 * shown to the emulator as 1.34 for the moment of the call. Nobody sees that: calls for the cluster wait meanwhile, and a note on
 * disk lets the next start put the version back after a crash.
 */
export const eksAddons: Mend = {
  id: 'eks-addons',
  gap: 'CreateAddon and UpdateAddon are refused for Kubernetes 1.35 and newer.',
  service: 'eks',
  actions: ['CreateAddon', 'UpdateAddon', 'DescribeCluster', 'UpdateClusterVersion', 'CreateNodegroup'],
  handle(request, context) {
    const cluster = clusterOfPath(request.call.path) ?? ''
    return context.exclusively(`eks ${context.region} ${cluster}`, async () => {
      const answer = await context.forward(request)
      return isUnknownVersion(request, answer) ? withKnownVersion(cluster, request, answer, context) : answer
    })
  },
  repair: putBackVersions,
}

function isUnknownVersion({ call }: MendRequest, answer: Answer): boolean {
  if (answer.status !== 400 || (call.action !== 'CreateAddon' && call.action !== 'UpdateAddon')) return false
  const message = jsonBody(answer.body)?.['message']
  return typeof message === 'string' && message.includes('not supported')
}

async function withKnownVersion(cluster: string, request: MendRequest, refusal: Answer, context: MendContext): Promise<Answer> {
  const version = await versionOf(cluster, context)
  if (!isNewer(version)) return refusal
  const note = path.join(context.stateFolder, `${context.region}-${encodeURIComponent(cluster)}.json`)
  await mkdir(context.stateFolder, { recursive: true })
  await writeFileAtomic(note, toJsonText({ cluster, region: context.region, version }))
  try {
    await setVersion(cluster, NEWEST_IN_EMULATOR, context)
    return await context.forward(request)
  } finally {
    await setVersion(cluster, version, context)
    await rm(note, { force: true })
  }
}

async function versionOf(cluster: string, context: MendContext): Promise<string | undefined> {
  const url = `/clusters/${encodeURIComponent(cluster)}`
  const { body } = await context.sendAsRoot({ method: 'GET', url, rawHeaders: [], body: Buffer.alloc(0) }, 'eks')
  const described = jsonBody(body)?.['cluster']
  return typeof described === 'object' && described !== null && 'version' in described ? String(described.version) : undefined
}

/** The emulator sets any version; AWS would refuse to go back. */
async function setVersion(cluster: string, version: string, context: MendContext): Promise<void> {
  const url = `/clusters/${encodeURIComponent(cluster)}/updates`
  const body = Buffer.from(JSON.stringify({ version }))
  const { status } = await context.sendAsRoot({ method: 'POST', url, rawHeaders: ['content-type', 'application/json'], body }, 'eks')
  if (status >= 300 && status !== 404) throw new Error(`The version of ${cluster} could not be set to ${version}: status ${status}.`)
}

async function putBackVersions(stateFolder: string, contextFor: (region: string) => MendContext): Promise<void> {
  for (const name of await notesIn(stateFolder)) {
    const file = path.join(stateFolder, name)
    const note: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (isNote(note)) await setVersion(note.cluster, note.version, contextFor(note.region))
    await rm(file, { force: true })
  }
}

async function notesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return []
    throw error
  }
}

function isNote(value: unknown): value is { cluster: string; region: string; version: string } {
  return typeof value === 'object' && value !== null && 'cluster' in value && 'region' in value && 'version' in value
}
