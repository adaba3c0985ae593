import { type Application, type ApplicationResource } from '../argocd/application.js'
import { noApplication, readApplication } from '../argocd/argocd.js'
import type { KubernetesObject } from '../core/kubernetes.js'
import type { AppsContext } from './context.js'
import { applicationName, baseFolder, overlayFolder, VALUES_FILE } from './model.js'
import { readOverlay } from './repository.js'
import { type Difference, differences, inWords } from '../gitops/words.js'

export interface AppDiff {
  app: string
  environment: string
  sync: string
  differences: Difference[]
  words: string[]
}

/** What the overlay here renders to, against what the cluster has: only objects that Argo CD, or the file, says are different. */
export async function diffApp(context: AppsContext, { app, environment }: { app: string; environment: string }): Promise<AppDiff> {
  const overlay = await readOverlay(context.project.directory, app, environment)
  const client = await context.hub()
  const name = applicationName(overlay)
  const application = await readApplication(client, name)
  if (!application) throw noApplication(name)
  const wanted = await context.render({
    folder: baseFolder(app, overlay.base),
    values: `${overlayFolder(app, environment)}/${VALUES_FILE}`,
    release: app,
    namespace: overlay.namespace,
  })
  const found = await compare(context, { wanted, application, namespace: overlay.namespace })
  return { app, environment, sync: application.sync, differences: found, words: found.map(inWords) }
}

async function compare(
  context: AppsContext,
  { wanted, application, namespace }: { wanted: readonly KubernetesObject[]; application: Application; namespace: string },
): Promise<Difference[]> {
  const environment = application.destination.cluster
  const cluster = await context.cluster(environment)
  const found: Difference[] = []
  for (const object of wanted.filter((each) => !isHook(each))) {
    const place = { resource: resourceOf(object), name: object.metadata.name, namespace: object.metadata.namespace ?? namespace }
    const live = await cluster.get(place)
    const label = `${object.kind} ${object.metadata.name}`
    if (!live) found.push({ object: label, path: '', git: object.kind, cluster: undefined })
    else found.push(...differences(compared(object), live).map((each) => ({ object: label, ...each })))
  }
  const extra = application.resources.filter((each) => each.sync === 'OutOfSync' && !wanted.some((object) => isFor(object, each)))
  return [...found, ...extra.map(({ kind, name }) => ({ object: `${kind} ${name}`, path: '', git: undefined, cluster: kind }))]
}

/** Which object it is was asked for already. */
function compared({ metadata, ...rest }: KubernetesObject): Record<string, unknown> {
  // Secrets are written as text and read in base64.
  return { ...without(rest, 'apiVersion', 'kind', 'stringData'), metadata: without(metadata, 'name', 'namespace') }
}

function without(fields: Readonly<Record<string, unknown>>, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}

function isHook({ metadata }: KubernetesObject): boolean {
  return Object.keys(metadata.annotations ?? {}).some((key) => key === 'helm.sh/hook' || key === 'argocd.argoproj.io/hook')
}

/** As kubectl takes a kind: with version and group. */
function resourceOf({ apiVersion, kind }: KubernetesObject): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion]
  return group === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${version}.${group}`
}

function isFor({ kind, metadata }: KubernetesObject, resource: ApplicationResource): boolean {
  return kind === resource.kind && metadata.name === resource.name
}
