import type { KMSClient } from '@aws-sdk/client-kms'
import { isAwsError, unlessMissing } from '../explain-error.js'
import { mapLimited } from '../waiting.js'
import { candidate, collect, ownerOf, resourceTag, tagMap, text, type EnvironmentScope, type Finder, type Tags } from './finding.js'

const sdk = () => import('@aws-sdk/client-kms')

/** Two calls for each key of the account: enough at once to be quick, few enough not to be throttled. */
const AT_ONCE = 8

export interface EnvironmentKey {
  keyId: string
  arn: string
  tags: Tags
  state: string
  /** When AWS removes it, for keys pending deletion. */
  deletionDate?: Date
}

/** Every customer managed key with the environment's tags, keys pending deletion included. KMS lists no tags, so each key is asked. */
export async function keysOfEnvironment(client: KMSClient, scope: EnvironmentScope): Promise<EnvironmentKey[]> {
  const { paginateListAliases, paginateListKeys } = await sdk()
  const aliases = await collect(paginateListAliases({ client }, {}), (page) => page.Aliases)
  const awsManaged = new Set(aliases.filter(({ AliasName }) => AliasName?.startsWith('alias/aws/')).map(({ TargetKeyId }) => TargetKeyId))
  const keys = await collect(paginateListKeys({ client }, {}), (page) => page.Keys)
  const ids = keys.flatMap(({ KeyId }) => (KeyId === undefined || awsManaged.has(KeyId) ? [] : [KeyId]))
  const found = await mapLimited(ids, AT_ONCE, (keyId) => readKey(client, keyId, scope))
  return found.filter((key) => key !== undefined)
}

async function readKey(client: KMSClient, keyId: string, scope: EnvironmentScope): Promise<EnvironmentKey | undefined> {
  const { DescribeKeyCommand, paginateListResourceTags } = await sdk()
  try {
    const tags = tagMap(await collect(paginateListResourceTags({ client }, { KeyId: keyId }), (page) => page.Tags))
    if (ownerOf(tags, scope) !== 'ours') return undefined
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: keyId }))
    return {
      keyId,
      arn: KeyMetadata?.Arn ?? keyId,
      tags,
      state: KeyMetadata?.KeyState ?? '',
      ...(KeyMetadata?.DeletionDate && { deletionDate: KeyMetadata.DeletionDate }),
    }
  } catch (error) {
    // A key whose policy shuts us out is not one that we made; one may also vanish while we look.
    if (isAwsError(error, 'AccessDeniedException', 'NotFoundException')) return undefined
    throw error
  }
}

const key: Finder = async (finding, values) => {
  const tag = resourceTag(values)
  if (tag === undefined) return []
  const keys = await finding.cached('kms/keys', async () => keysOfEnvironment(await finding.clients.kms(), finding.scope))
  return keys.filter(({ tags }) => tags['platform:resource'] === tag).map(({ keyId, state }) => candidate(keyId, state))
}

const alias: Finder = async (finding, values) => {
  const name = text(values, 'name')
  if (name === undefined) return []
  const { paginateListAliases } = await sdk()
  const aliases = await finding.cached('kms/aliases', async () =>
    collect(paginateListAliases({ client: await finding.clients.kms() }, {}), (page) => page.Aliases),
  )
  return aliases.some(({ AliasName }) => AliasName === name) ? [candidate(name)] : []
}

/** Every key has a policy; Terraform's resource only takes it over. */
const keyPolicy: Finder = async (finding, values) => {
  const KeyId = text(values, 'key_id')
  if (KeyId === undefined) return []
  const { DescribeKeyCommand } = await sdk()
  const found = await unlessMissing((await finding.clients.kms()).send(new DescribeKeyCommand({ KeyId })), 'NotFoundException')
  return found?.KeyMetadata ? [candidate(KeyId, found.KeyMetadata.KeyState)] : []
}

export const kmsFinders: Readonly<Record<string, Finder>> = {
  aws_kms_key: key,
  aws_kms_alias: alias,
  aws_kms_key_policy: keyPolicy,
}
