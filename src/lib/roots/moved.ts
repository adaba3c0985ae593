import path from 'node:path'
import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'
import type { Root } from './root.js'

/**
 * Refuses a root whose region, account or platform name is another one than when it was made (an edited file, or a
 * variable such as PLATFORM_REGION): Terraform would look into another state bucket, find nothing, and build a second copy.
 * @throws `EnvironmentMoved`
 */
export async function refuseMoved(project: Project, root: Root): Promise<void> {
  const moves = await movesOf(project, root)
  if (moves.length === 0) return
  throw new UserError(
    'EnvironmentMoved',
    `${root.name} was made in another ${moves.map(({ what }) => what).join(' and ')}. Nothing was changed.`,
    {
      reason: moves.map(({ what, from, to }) => `${what}: ${String(from)} in ${valuesFile(root)}, now ${to}`).join('\n'),
      next: [
        `See where the value comes from: ${root.commands.origins}`,
        `To move an environment, create one with another name there, and destroy this one.`,
        `If nothing of it was ever made, delete ${root.folder}.`,
      ],
      details: { moves },
    },
  )
}

type Identity = Pick<Root, 'folder' | 'region' | 'account'>

export interface Move {
  what: string
  from: unknown
  to: string
}

/** What identifies a root in AWS and differs from when its Terraform values were last written. */
export async function movesOf(project: Project, root: Identity): Promise<Move[]> {
  const before = parse(await readTextIfExists(path.join(project.directory, valuesFile(root))))
  return [
    { what: 'platform', from: before['platform'], to: project.platform.name },
    { what: 'region', from: before['region'], to: root.region },
    { what: 'account', from: before['account_id'], to: root.account.id },
  ].filter(({ from, to }) => typeof from === 'string' && from !== to)
}

function valuesFile({ folder }: Identity): string {
  return path.posix.join(folder, 'terraform.tfvars.json')
}

function parse(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // It is written again anyway.
  }
}
