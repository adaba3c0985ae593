import path from 'node:path'
import { stateBucketName } from '../aws/state-bucket.js'
import type { Project } from '../config/project.js'
import { readTextIfExists, resolveInside, toJsonText, writeFileAtomic } from '../core/files.js'
import { valuesTaken } from './declared-variables.js'
import { roleOf } from './role.js'
import type { Root, StatePlace, UpstreamOutputs } from './root.js'

/** Name of the bucket that holds the state of a root. */
export function stateBucketOf(project: Pick<Project, 'platform'>, { account, region }: StatePlace): string {
  return stateBucketName({ platform: project.platform.name, accountId: account.id, region })
}

/** The S3 backend of a root, as `backend.tf.json` holds it. */
export function backendConfiguration(project: Pick<Project, 'platform'>, root: StatePlace): Record<string, unknown> {
  const roleArn = roleOf(project, root.account)
  return {
    terraform: {
      backend: {
        s3: {
          bucket: stateBucketOf(project, root),
          key: root.stateKey,
          region: root.region,
          encrypt: true,
          use_lockfile: true,
          ...(roleArn !== undefined && { assume_role: { role_arn: roleArn } }),
        },
      },
    },
  }
}

/**
 * Writes the two files that carry the values. Both are derived from the configuration, so they are simply written again.
 * @param directory the repository, or a copy of it.
 * @returns the paths that changed, relative to it, and the values that the root module does not know.
 */
export async function writeValues(
  project: Pick<Project, 'platform' | 'directory'>,
  root: Root,
  outputs: UpstreamOutputs,
  directory: string,
): Promise<{ changed: string[]; leftOut: string[] }> {
  const { values, leftOut } = await valuesTaken(root, root.values(outputs), { repository: project.directory, directory })
  const files: Array<[string, unknown]> = [
    ['terraform.tfvars.json', values],
    ['backend.tf.json', backendConfiguration(project, root)],
  ]
  const changed: string[] = []
  for (const [name, value] of files) {
    const relative = path.posix.join(root.folder, name)
    const file = await resolveInside(directory, relative)
    const text = toJsonText(value)
    if ((await readTextIfExists(file)) === text) continue
    await writeFileAtomic(file, text)
    changed.push(relative)
  }
  return { changed, leftOut }
}
