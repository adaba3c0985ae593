import type { ApplicationResource } from '../argocd/application.js'
import { readApplication } from '../argocd/argocd.js'
import type { KubernetesClient } from '../core/kubernetes.js'
import { addonApplication } from '../gitops/places.js'
import type { AddonPlace } from './place.js'

/** What a cluster keeps of an add-on that Argo CD no longer brings, and how it is removed. */
export interface Remainder {
  /** `kind namespace/name` */
  objects: string[]
  /** Definitions: whoever deletes one deletes every object of its kind. */
  definitions: string[]
  /** Commands that delete the objects, and at the end the definitions. */
  commands: string[]
}

const DEFINITION = 'CustomResourceDefinition'

/** Read from the application, while Argo CD still has it. */
export async function remainderOf(hub: KubernetesClient, { name, environment }: AddonPlace): Promise<Remainder> {
  const resources = (await readApplication(hub, addonApplication(name, environment.name)))?.resources ?? []
  const definitions = resources.filter(({ kind }) => kind === DEFINITION)
  const objects = resources.filter(({ kind }) => kind !== DEFINITION)
  return {
    objects: objects.map(({ kind, namespace, name: object }) => `${kind} ${namespace === '' ? '' : `${namespace}/`}${object}`),
    definitions: definitions.map(({ name: definition }) => definition),
    commands: commandsFor(environment.name, objects, definitions),
  }
}

function commandsFor(environment: string, objects: readonly ApplicationResource[], definitions: readonly ApplicationResource[]): string[] {
  if (objects.length + definitions.length === 0) return []
  const namespaces = [...new Set(objects.map(({ namespace }) => namespace))]
  return [
    `platform cluster kubeconfig ${environment} --use`,
    ...namespaces.map((namespace) => {
      const each = objects.filter((object) => object.namespace === namespace)
      const place = namespace === '' ? '' : ` --namespace ${namespace}`
      return `kubectl delete --ignore-not-found${place} ${each.map(asArgument).join(' ')}`
    }),
    ...(definitions.length > 0 ? [`kubectl delete --ignore-not-found ${definitions.map(asArgument).join(' ')}`] : []),
  ]
}

/** As kubectl takes it. */
function asArgument({ group, kind, name }: ApplicationResource): string {
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name}`
}
