import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { folderOfRoot } from '../templates/parts.js'
import type { RootName } from '../templates/shipped.js'
import { existingVariables, FOREIGN_MODULE, importsOf } from './existing-values.js'
import { terraformVariables } from './environment-values.js'
import { managementPlace } from './part-values.js'
import type { Root } from './root.js'
import { sharedPlace } from './shared-root.js'
import type { SoftChange } from './soft-environments.js'

/** Key of an environment's state in the state bucket. */
export function stateKey(name: string): string {
  return `environments/${name}/terraform.tfstate`
}

/** The root module that builds this environment. */
function templateOf(environment: Pick<Environment, 'name' | 'architecture' | 'existing'>): RootName {
  if (environment.architecture === 'openshift') {
    throw new UserError('NotSupportedYet', `Environment ${environment.name} uses OpenShift, which this version cannot build yet.`, {
      next: ['Set "architecture: eks" in platform.yaml.'],
    })
  }
  return environment.existing ? 'eks-existing' : 'eks'
}

/** Refuses what this version cannot build, before anything is touched. @throws `NotSupportedYet` */
export function refuseUnsupported(environment: Pick<Environment, 'name' | 'architecture'>): void {
  templateOf(environment)
}

/** Whether the load balancer uses the certificates that all environments share. */
function takesCertificates({ shared }: Project, { edge }: Environment): boolean {
  return edge.enabled && edge.certificateArns.length === 0 && shared.enabled && Object.keys(shared.dns.zones).length > 0
}

/**
 * The root of an environment. A soft one is a part of its host's root.
 * @param action what becomes of a soft environment
 * @throws `NotSupportedYet`
 */
export function environmentRoot(project: Project, environment: Environment, action: SoftChange['action'] = 'add'): Root {
  const host = environment.isolation === 'soft' ? project.environments.get(environment.host ?? '') : undefined
  return host ? rootOfHost(project, host, { name: environment.name, action }) : rootOfHost(project, environment)
}

function rootOfHost(project: Project, environment: Environment, change?: SoftChange): Root {
  const { name, account, region, cluster, network, protection } = environment
  const file = `environments/${name}.yaml`
  const management = managementPlace(project, environment, stateKey)
  const place = { name, account, region, stateKey: stateKey(name) }
  const isHost = [...project.environments.values()].some(({ host }) => host === name)
  const asked = change?.name ?? name
  return {
    ...place,
    stage: environment.role,
    template: templateOf(environment),
    folder: folderOfRoot(name),
    file,
    summary: `Kubernetes ${cluster.kubernetesVersion}, ${network.cidr}`,
    protection,
    unprotect: `Set "protection: false" in ${file} and commit it`,
    cluster: cluster.name,
    commands: {
      plan: `platform env plan ${asked}`,
      apply: `platform env create ${asked}`,
      destroy: `platform env destroy ${asked}`,
      origins: `platform config show ${name} --origins`,
    },
    upstream: [
      ...(takesCertificates(project, environment) ? [sharedPlace(project)] : []),
      ...(management ? [management] : []),
      // Which soft environments it has is told by its own state.
      ...(isHost ? [place] : []),
    ],
    ...(environment.existing && { foreign: { module: FOREIGN_MODULE, imports: importsOf(environment.existing) } }),
    values: (outputs) =>
      environment.existing
        ? existingVariables(project, environment, environment.existing)
        : terraformVariables(project, environment, outputs, change),
  }
}
