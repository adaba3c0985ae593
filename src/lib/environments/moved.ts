import path from 'node:path'
import type { Environment, Project } from '../config/project.js'
import { UserError } from '../core/errors.js'
import { readTextIfExists } from '../core/files.js'
import { rootFolder } from './layout.js'

/**
 * Refuses an environment whose region, account or platform name is another one than when it was made (an edited file, or a
 * variable such as PLATFORM_REGION): Terraform would look into another state bucket, find nothing, and build a second copy.
 * @throws `EnvironmentMoved`
 */
export async function refuseMoved(project: Project, environment: Environment): Promise<void> {
  const moves = await movesOf(project, environment)
  if (moves.length === 0) return
  throw new UserError(
    'EnvironmentMoved',
    `${environment.name} was made in another ${moves.map(({ what }) => what).join(' and ')}. Nothing was changed.`,
    {
      reason: moves.map(({ what, from, to }) => `${what}: ${String(from)} in ${valuesFile(environment)}, now ${to}`).join('\n'),
      next: [
        `See where the value comes from: platform config show ${environment.name} --origins`,
        `To move it, create an environment with another name there, and destroy this one.`,
        `If nothing of it was ever made, delete ${rootFolder(environment.name)}.`,
      ],
      details: { moves },
    },
  )
}

export interface Move {
  what: string
  from: unknown
  to: string
}

/** What identifies an environment in AWS and differs from when its Terraform values were last written. */
export async function movesOf(project: Project, environment: Environment): Promise<Move[]> {
  const before = parse(await readTextIfExists(path.join(project.directory, valuesFile(environment))))
  return [
    { what: 'platform', from: before['platform'], to: project.platform.name },
    { what: 'region', from: before['region'], to: environment.region },
    { what: 'account', from: before['account_id'], to: environment.account.id },
  ].filter(({ from, to }) => typeof from === 'string' && from !== to)
}

function valuesFile({ name }: Environment): string {
  return path.posix.join(rootFolder(name), 'terraform.tfvars.json')
}

function parse(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // It is written again anyway.
  }
}
