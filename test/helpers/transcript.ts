import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { AwsClients } from '../../src/lib/aws/clients.js'

/** What `platform` itself keeps in a repository, and the local AWS keeps beside it. */
const NOT_WRITTEN_BY_PLATFORM = new Set(['.git', '.terraform', 'sandbox'])

/** Every file that `platform` and Terraform wrote into a repository, by its path: settings, plans, journals and logs of runs. */
export async function writtenFiles(directory: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const full = path.join(folder, entry.name)
      if (entry.isDirectory() && !NOT_WRITTEN_BY_PLATFORM.has(entry.name)) await walk(full)
      else if (entry.isFile()) files.set(path.relative(directory, full), await readFile(full, 'latin1'))
    }
  }
  await walk(directory)
  return files
}

/** Every version of a state in the state bucket, newest first. */
export async function stateVersions(clients: AwsClients, bucket: string, key: string): Promise<string[]> {
  const client = await clients.s3()
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }))
  return Promise.all(
    Versions.filter(({ Key }) => Key === key).map(async ({ VersionId }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId }))
      return (await Body?.transformToString()) ?? ''
    }),
  )
}

/** Attributes of a state that hold a secret in plain text, as `type: attribute`. */
export function secretAttributes(state: string): string[] {
  const { resources } = JSON.parse(state) as { resources: Array<{ type: string; instances: Array<{ attributes: unknown }> }> }
  return resources.flatMap(({ type, instances }) =>
    instances.flatMap(({ attributes }) => secretsIn(attributes).map((key) => `${type}: ${key}`)),
  )
}

const SECRET = /(?:passwords?|secret_string|secret_binary|auth_token|private_key|secret_access_key)$/

function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [...(SECRET.test(key) && isText(inner) ? [key] : []), ...secretsIn(inner)])
}

/** Switches such as `manage_master_user_password` are no secrets. */
function isText(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : Array.isArray(value) && value.some(isText)
}
