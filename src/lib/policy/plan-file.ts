import { createHash } from 'node:crypto'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Project } from '../config/project.js'
import { isSystemError, messageOf, UserError } from '../core/errors.js'
import { Journal } from '../core/journal.js'
import { SHARED_NAME } from '../core/names.js'
import type { Ports } from '../core/ports.js'
import { unknownEnvironment } from '../roots/select.js'
import { folderOfRoot } from '../templates/parts.js'
import { terraformEnvironment } from '../terraform/environment-variables.js'
import type { PlanJson } from '../terraform/plan.js'
import { Terraform } from '../terraform/terraform.js'

/** Most that is read of a plan, in bytes. */
const MAX_SIZE = 256 * 1024 * 1024

/** Nothing listens there: to show a plan, nothing needs to be asked. */
const NOWHERE = { accountId: '', region: 'us-east-1', endpoint: 'http://127.0.0.1:9' }

export interface PlanReading {
  ports: Ports
  project: Project
  /** Terraform as the repository wants it; only called for a plan that is not JSON. */
  findTerraform(): Promise<{ terraform: string; cliConfig: string }>
}

export interface ReadPlan {
  digest: string
  plan: PlanJson
}

/**
 * A plan file, or what `terraform show -json` printed of one.
 * @param options `environment`: whose plan it is. Without it, the journal and then any initialised root module tell how to read it.
 * @throws `PlanUnreadable`, `EnvironmentNotFound`
 */
export async function readPlan(reading: PlanReading, file: string, options: { environment?: string } = {}): Promise<ReadPlan> {
  const content = await readContent(file)
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  if (content.subarray(0, 2).toString('latin1') === 'PK') {
    const folder = await readableFolder(reading, file, options.environment)
    return { digest, plan: assertPlan(file, await show(reading, folder, file)) }
  }
  return { digest, plan: assertPlan(file, parseJson(file, content)) }
}

async function readContent(file: string): Promise<Buffer> {
  try {
    const info = await stat(file)
    if (!info.isFile()) throw unreadable(file, 'It is not a file.')
    if (info.size === 0) throw unreadable(file, 'It is empty.')
    if (info.size > MAX_SIZE) throw unreadable(file, 'It is larger than 256 MB.')
    return await readFile(file)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw unreadable(file, isSystemError(error, 'ENOENT') ? 'There is no such file.' : messageOf(error))
  }
}

function parseJson(file: string, content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''))
  } catch {
    // What JSON.parse quotes may be a secret.
    throw unreadable(file, 'It is neither a plan file of Terraform nor one JSON document.')
  }
}

function assertPlan(file: string, value: unknown): PlanJson {
  const plan = (typeof value === 'object' && value !== null ? value : {}) as PlanJson & { format_version?: unknown; errored?: unknown }
  if (!('planned_values' in plan) || typeof plan.format_version !== 'string') throw unreadable(file, 'It is JSON, but not that of a plan.')
  if (!plan.format_version.startsWith('1.')) throw unreadable(file, `Its format ${plan.format_version} is not known here.`)
  const changes: unknown = plan.resource_changes ?? []
  if (!Array.isArray(changes) || changes.some((change: unknown) => !isChange(change)))
    throw unreadable(file, 'Its list of resources is damaged.')
  if (plan.errored === true) throw unreadable(file, 'The planning failed, so it does not show everything.')
  return plan
}

function isChange(value: unknown): boolean {
  const { address, type, mode, change } = (value ?? {}) as Record<string, unknown>
  const { actions } = (change ?? {}) as Record<string, unknown>
  return [address, type, mode].every((text) => typeof text === 'string') && Array.isArray(actions)
}

async function show(reading: PlanReading, folder: string, file: string): Promise<unknown> {
  const { ports } = reading
  const { terraform, cliConfig } = await reading.findTerraform()
  const env = terraformEnvironment(ports.env, NOWHERE, { cliConfig })
  try {
    return await new Terraform(ports, { program: terraform, folder, env }).showPlan(file)
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'Interrupted') throw error
    throw unreadable(file, [messageOf(error), error.reason ?? ''].join('\n').trim(), error)
  }
}

/** A folder in which Terraform can read the plan: it needs the providers of the root module there, and nothing else. */
async function readableFolder(reading: PlanReading, file: string, environment: string | undefined): Promise<string> {
  const { project } = reading
  const { directory, environments } = project
  const name = environment ?? (await environmentInJournal(reading, file))
  if (environment !== undefined && environment !== SHARED_NAME && !environments.has(environment))
    throw unknownEnvironment(project, environment)
  const folders = name === undefined ? await allRootFolders(directory) : [folderOfRoot(name)]
  for (const folder of folders) if (await isInitialised(path.join(directory, folder))) return path.join(directory, folder)
  throw unreadable(
    file,
    name === undefined ? 'No environment of this repository has been planned here.' : `${folderOfRoot(name)} has not been planned here.`,
  )
}

async function allRootFolders(directory: string): Promise<string[]> {
  const names = await readdir(path.join(directory, 'infra', 'environments')).catch(() => [])
  return [...names.sort().map(folderOfRoot), folderOfRoot(SHARED_NAME)]
}

async function isInitialised(folder: string): Promise<boolean> {
  return stat(path.join(folder, '.terraform')).then(
    (info) => info.isDirectory(),
    () => false,
  )
}

/** Plans of `env plan` lie in the folder of their run. */
async function environmentInJournal({ ports, project }: PlanReading, file: string): Promise<string | undefined> {
  const folder = path.dirname(await realpath(file))
  const record = await new Journal(project.directory, ports.clock).read(path.basename(folder))
  return record && (await realpath(project.directory)) === path.resolve(folder, '..', '..', '..') ? record.environment : undefined
}

function unreadable(file: string, reason: string, cause?: unknown): UserError {
  return new UserError('PlanUnreadable', `${file} cannot be read as a plan.`, {
    cause,
    reason,
    next: ['Make a plan with: platform env plan NAME', 'Or hand in what Terraform prints: terraform show -json PLANFILE > plan.json'],
    details: { file },
  })
}
