import { AwsClients } from '../aws/clients.js'
import { createRepository, ecrLogin, type EcrRegistry, ecrRegistry, missingRepositories } from '../aws/registry.js'
import { UserError } from '../core/errors.js'
import type { RegistryLogin } from '../registry/regctl.js'
import type { PushContext } from './context.js'

/** Where a mirror is pushed to. */
export interface Destination {
  /** Address of the registry. */
  host: string
  /** As `mirrors.images.registry` names it: host and path. */
  images: string
  /** As `mirrors.charts.url` names it. */
  charts: string
  ecr?: EcrRegistry
}

const ADDRESS = /^oci:\/\/((?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?)((?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)\/?$/

/** @throws `BadFlag` */
export function parseDestination(text: string): Destination {
  const [, host, path = ''] = ADDRESS.exec(text) ?? []
  if (host === undefined) {
    throw new UserError('BadFlag', `${text} is not the address of a registry.`, {
      next: ['Write it as: --to oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror'],
      details: { flag: '--to', value: text },
    })
  }
  const ecr = ecrRegistry(host)
  return { host, images: `${host}${path}`, charts: `oci://${host}${path}/charts`, ...(ecr && { ecr }) }
}

/** The names of repositories below the registry, for charts and images by these names. */
export function repositoryNames({ host, images }: Destination, names: { charts: readonly string[]; images: readonly string[] }): string[] {
  const path = images.slice(host.length + 1)
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`)
  return [...new Set([...names.charts.map((chart) => below(`charts/${chart}`)), ...names.images.map(below)])].sort()
}

/** The way into ECR. Registries of others are entered with the caller's Docker configuration. */
export interface RegistryDoor {
  login: RegistryLogin
  missing(names: readonly string[]): Promise<string[]>
  create(name: string): Promise<void>
}

/** @returns undefined for a registry that is not ECR's */
export async function openRegistry({ project, target }: PushContext, { ecr }: Destination): Promise<RegistryDoor | undefined> {
  if (!ecr) return undefined
  await target.prepare()
  const account = Object.values(project.platform.accounts).find(({ id }) => id === ecr.accountId)
  const clients = new AwsClients(await target.connect({ ...account, id: ecr.accountId }, ecr.region))
  return {
    login: await ecrLogin(clients, ecr),
    missing: async (names) => missingRepositories(clients, ecr, names),
    create: async (name) =>
      createRepository(clients, name, { 'platform:name': project.platform.name, 'platform:resource': `mirror-${name}`.slice(0, 256) }),
  }
}
