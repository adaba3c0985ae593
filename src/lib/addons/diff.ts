import { noApplication, readApplication } from '../argocd/argocd.js'
import { UserError } from '../core/errors.js'
import type { KubernetesObject } from '../core/kubernetes.js'
import { addonApplication } from '../gitops/places.js'
import { type Difference, differences, inWords } from '../gitops/words.js'
import type { AddonsContext } from './context.js'
import { hideSecret } from './hidden.js'
import { type AddonPlace, placeOf } from './place.js'
import { renderAddon } from './render.js'

export interface AddonDiff {
  addon: string
  environment: string
  /** What is compared: two versions, or the files of this folder with the cluster. */
  from: string
  to: string
  /** Objects that only one side has, as `Kind namespace/name`. */
  added: string[]
  removed: string[]
  changed: Array<{ object: string; path: string; from: unknown; to: unknown }>
  words: string[]
}

/** What another version changes; without one, what differs between the files of this folder and the cluster. */
export async function diffAddon(
  context: AddonsContext,
  target: { name: string; environment?: string | undefined; to?: string | undefined },
): Promise<AddonDiff> {
  const place = placeOf(context.project, { name: target.name, environment: target.environment ?? firstWith(context, target.name) })
  return target.to === undefined ? withCluster(context, place) : betweenVersions(context, place, target.to)
}

function firstWith({ project }: AddonsContext, name: string): string {
  const found = [...project.environments.values()].find(({ isolation, addons }) => isolation === 'hard' && addons[name]?.enabled === true)
  if (found) return found.name
  throw new UserError('BadFlag', `No environment has ${name} enabled.`, { next: ['Say for which one: --environment NAME'] })
}

async function betweenVersions(context: AddonsContext, place: AddonPlace, to: string): Promise<AddonDiff> {
  const before = byName(await renderAddon(context, place, place.version))
  const after = byName(await renderAddon(context, place, to))
  const added = [...after.keys()].filter((key) => !before.has(key))
  const removed = [...before.keys()].filter((key) => !after.has(key))
  const changed = [...after].flatMap(([object, next]) => {
    const previous = before.get(object)
    if (!previous) return []
    const forwards = differences(next, previous).map(({ path, git, cluster }) => ({ object, path, from: cluster, to: git }))
    // What is only in the version before is found the other way round.
    const backwards = differences(previous, next).map(({ path, git, cluster }) => ({ object, path, from: git, to: cluster }))
    return [...forwards, ...backwards.filter((each) => !forwards.some(({ path }) => path === each.path))].map((each) => ({
      ...each,
      from: hideSecret(next.kind, each.path, each.from),
      to: hideSecret(next.kind, each.path, each.to),
    }))
  })
  const words = [
    ...added.map((object) => `${object} is new.`),
    ...removed.map((object) => `${object} is gone.`),
    ...changed.map(({ object, path, from, to: next }) => `${object}: ${path} is ${shown(from)}, and becomes ${shown(next)}.`),
  ]
  return { addon: place.name, environment: place.environment.name, from: place.version, to, added, removed, changed, words }
}

const LONGEST = 100

function shown(value: unknown): string {
  const text = value === undefined ? 'not set' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

async function withCluster(context: AddonsContext, place: AddonPlace): Promise<AddonDiff> {
  const { name, addon, environment, version } = place
  const application = await readApplication(await context.hub(), addonApplication(name, environment.name))
  if (!application) throw noApplication(addonApplication(name, environment.name))
  const wanted = (await renderAddon(context, place, version)).filter((object) => !isHook(object))
  const objects = wanted.map((object) => ({
    ...object,
    metadata: { ...object.metadata, ...namespaceOf(object, application.resources, addon.namespace) },
  }))
  const live = await (await context.cluster(environment.name)).find(objects)
  const found: Difference[] = objects.flatMap((object, index) => {
    const label = nameOf(object)
    const there = live[index]
    if (!there) return [{ object: label, path: '', git: object.kind, cluster: undefined }]
    return differences(compared(object), there).map(({ path, git, cluster }) => ({
      object: label,
      path,
      git: hideSecret(object.kind, path, git),
      cluster: hideSecret(object.kind, path, cluster),
    }))
  })
  const known = new Set(wanted.map(({ kind, metadata }) => `${kind}/${metadata.name}`))
  const removed = application.resources
    .filter((each) => each.sync === 'OutOfSync' && !known.has(`${each.kind}/${each.name}`))
    .map((each) => `${each.kind} ${each.namespace === '' ? '' : `${each.namespace}/`}${each.name}`)
  return {
    addon: name,
    environment: environment.name,
    from: `cluster of ${environment.name}, ${application.targetRevision}`,
    to: `files, ${version}`,
    added: found.filter(({ path }) => path === '').map(({ object }) => object),
    removed,
    changed: found.filter(({ path }) => path !== '').map(({ object, path, git, cluster }) => ({ object, path, from: cluster, to: git })),
    words: [...found.map(inWords), ...removed.map((object) => `${object} is in the cluster and not in the files.`)],
  }
}

/** The namespace of an object that names none; none where Argo CD says that it has none. */
function namespaceOf(
  { kind, metadata }: KubernetesObject,
  resources: ReadonlyArray<{ kind: string; name: string; namespace: string }>,
  standard: string,
): { namespace?: string } {
  if (metadata.namespace !== undefined) return {}
  const managed = resources.find((each) => each.kind === kind && each.name === metadata.name)
  return managed?.namespace === '' ? {} : { namespace: managed?.namespace ?? standard }
}

/** Which object it is was asked for already, and a Secret is written as text and read in base64. */
function compared({ metadata, ...rest }: KubernetesObject): Record<string, unknown> {
  return { ...without(rest, 'apiVersion', 'kind', 'stringData'), metadata: without(metadata, 'name', 'namespace') }
}

function without(fields: Readonly<Record<string, unknown>>, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}

function isHook({ metadata }: KubernetesObject): boolean {
  return Object.keys(metadata.annotations ?? {}).some((key) => key === 'helm.sh/hook' || key === 'argocd.argoproj.io/hook')
}

function byName(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  return new Map(objects.map((object) => [nameOf(object), object]))
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`
}
