import { UserError } from '../core/errors.js'
import type { AwsClients } from './clients.js'
import { explained, isAwsError } from './explain-error.js'

/** A registry of ECR, as its address says. */
export interface EcrRegistry {
  host: string
  accountId: string
  region: string
}

const ECR_HOST = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/

/** @returns undefined for a registry that is not ECR's */
export function ecrRegistry(host: string): EcrRegistry | undefined {
  const [, accountId, region] = ECR_HOST.exec(host) ?? []
  return accountId === undefined || region === undefined ? undefined : { host, accountId, region }
}

/** A login that holds for twelve hours. */
export async function ecrLogin(
  clients: AwsClients,
  { host, accountId }: EcrRegistry,
): Promise<{ host: string; user: string; password: string }> {
  const { GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr')
  const { authorizationData = [] } = await explained(`log in to ${host}`, async () =>
    (await clients.ecr()).send(new GetAuthorizationTokenCommand({})),
  )
  const [user, ...password] = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64')
    .toString('utf8')
    .split(':')
  if (user === undefined || user === '' || password.length === 0) {
    throw new UserError('RegistryRefused', `ECR of account ${accountId} gave no login.`, { next: ['Run the same command again.'] })
  }
  return { host, user, password: password.join(':') }
}

/** Those of these repositories that the registry does not have. */
export async function missingRepositories(clients: AwsClients, { accountId }: EcrRegistry, names: readonly string[]): Promise<string[]> {
  const { paginateDescribeRepositories } = await import('@aws-sdk/client-ecr')
  const found = new Set<string>()
  await explained('list the repositories of ECR', async () => {
    for await (const page of paginateDescribeRepositories({ client: await clients.ecr() }, { registryId: accountId })) {
      for (const { repositoryName } of page.repositories ?? []) if (repositoryName !== undefined) found.add(repositoryName)
    }
  })
  return names.filter((name) => !found.has(name))
}

/** Makes a repository whose tags never change, and whose images are scanned. One that is there is left as it is. */
export async function createRepository(clients: AwsClients, name: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const { CreateRepositoryCommand } = await import('@aws-sdk/client-ecr')
  await explained(`create repository ${name}`, async () => {
    const client = await clients.ecr()
    try {
      await client.send(
        new CreateRepositoryCommand({
          repositoryName: name,
          imageTagMutability: 'IMMUTABLE',
          imageScanningConfiguration: { scanOnPush: true },
          tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      )
    } catch (error) {
      if (!isAwsError(error, 'RepositoryAlreadyExistsException')) throw error
    }
  })
}
