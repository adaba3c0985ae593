import { access, constants, mkdir, statfs } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import { isSystemError, messageOf, UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import { cacheFolder } from './cache-folder.js'
import { childEnvironment } from './child-environment.js'
import { type InstallableName, installableNames, listTools, type ToolStatus, type ToolWishes } from './list-tools.js'
import { UNKNOWN_VERSION } from './probe.js'

export interface Check {
  id: string
  status: 'ok' | 'warn' | 'fail'
  detail: string
  /** What to do about it, or null when there is nothing to do. */
  fix: string | null
}

export interface DoctorOptions extends ToolWishes {
  node: { version: string; range: string }
  /** Checks that need other parts of platform, such as AWS credentials or the sandbox. */
  more?: ReadonlyArray<{ id: string; check: () => Promise<Omit<Check, 'id'>> }>
}

type DoctorPorts = Pick<Ports, 'exec' | 'env' | 'signal'>

const GIB = 1024 ** 3
/** The emulator's build and one provider copy need about this much. */
const WANTED_FREE_BYTES = 2 * GIB

/** Looks at everything that platform needs on this machine. Changes nothing but making the cache folder. */
export async function runDoctor(ports: DoctorPorts, options: DoctorOptions): Promise<{ checks: Check[] }> {
  const [tools, cache, disk, identity, ...more] = await Promise.all([
    Promise.all(
      installableNames.map(async (name) => guarded(`tool/${name}`, async () => checkTool(await statusOf(ports, name, options), options))),
    ),
    guarded('cache', async () => checkCache(ports)),
    guarded('disk', async () => checkDisk(ports)),
    guarded('git-identity', async () => checkGitIdentity(ports, options.directory)),
    ...(options.more ?? []).map(async ({ id, check }) => guarded(id, check)),
  ])
  return {
    checks: [{ id: 'node', ...checkNode(options.node) }, ...tools, cache, disk, identity, ...more],
  }
}

async function statusOf(ports: DoctorPorts, name: InstallableName, wishes: ToolWishes): Promise<ToolStatus> {
  const [status] = await listTools(ports, wishes, [name])
  if (!status) throw new Error(`${name} is not in the catalogue.`)
  return status
}

/** A check that fails, for whatever reason, is a finding and not the end of all others. */
async function guarded(id: string, check: () => Promise<Omit<Check, 'id'>>): Promise<Check> {
  try {
    return { id, ...(await check()) }
  } catch (error) {
    if (error instanceof UserError && error.code === 'Interrupted') throw error
    if (!(error instanceof UserError)) return { id, status: 'fail', detail: `The check itself failed: ${String(error)}`, fix: fixOf(error) }
    const reason = error.reason === undefined ? '' : ` ${error.reason}`
    return { id, status: 'fail', detail: `${messageOf(error)}${reason}`, fix: error.next[0] ?? null }
  }
}

function fixOf(error: unknown): string {
  return isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')
    ? 'Check the rights of the file and the free space of the disk.'
    : 'This is a defect in platform. Please report it with the output of: platform --version'
}

function checkNode({ version, range }: DoctorOptions['node']): Omit<Check, 'id'> {
  if (semver.satisfies(version, range)) return { status: 'ok', detail: version, fix: null }
  return {
    status: 'fail',
    detail: `${version} is not supported: ${range} is needed`,
    fix: 'Install a supported Node.js: https://nodejs.org/en/download',
  }
}

function checkTool(status: ToolStatus, { target }: DoctorOptions): Omit<Check, 'id'> {
  const passedOver = status.rejected.map(({ path: file, source, reason }) => `${file ?? source}: ${reason}`)
  const also = passedOver.length === 0 ? '' : `; not used: ${passedOver.join('; ')}`
  if (status.found) {
    const { version, path: file, source } = status.found
    return { status: 'ok', detail: `${versionText(version, status.range)} from ${sourceText(source)}, ${file}${also}`, fix: null }
  }
  const detail = `${status.problem ?? 'not found'}${also}`
  if (status.need === 'optional') return { status: 'ok', detail: `${detail}; optional`, fix: null }
  const byHand = status.byHand[0]
  const ways = status.ways.length === 0 ? undefined : `platform tools install ${status.name} (tries: ${status.ways.join(', ')})`
  const fix = [ways, byHand].filter((text) => text !== undefined).join(', or: ')
  // The sandbox installs its emulator when it is first started, so a machine without one is in order.
  const installsItself = status.name === 'fakecloud' && target !== 'aws' && status.rejected.length === 0
  return {
    status: installsItself ? 'warn' : 'fail',
    detail: installsItself ? `${detail}; the first sandbox up installs it` : detail,
    fix,
  }
}

function versionText(version: string, range: string): string {
  return version === UNKNOWN_VERSION ? `version unknown (${range} is wanted)` : version
}

function sourceText(source: NonNullable<ToolStatus['found']>['source']): string {
  if (source === 'path') return 'PATH'
  return source === 'mirror' ? 'a mirror' : 'the cache'
}

async function checkCache(ports: DoctorPorts): Promise<Omit<Check, 'id'>> {
  const folder = cacheFolder(ports.env)
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK | constants.X_OK)
    return { status: 'ok', detail: folder, fix: null }
  } catch (error) {
    return {
      status: 'fail',
      detail: `${folder} cannot be written: ${messageOf(error)}`,
      fix: 'Fix its rights, or set XDG_CACHE_HOME to another folder.',
    }
  }
}

async function checkDisk(ports: DoctorPorts): Promise<Omit<Check, 'id'>> {
  const folder = await nearestExisting(cacheFolder(ports.env))
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const detail = `${(free / GIB).toFixed(1)} GiB free at ${folder}`
  if (free >= WANTED_FREE_BYTES) return { status: 'ok', detail, fix: null }
  return { status: 'warn', detail: `${detail}; 2 GiB are wanted`, fix: 'Make room, or set XDG_CACHE_HOME to a folder on another disk.' }
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    await access(folder)
    return folder
  } catch {
    const parent = path.dirname(folder)
    return parent === folder ? folder : nearestExisting(parent)
  }
}

async function checkGitIdentity(ports: DoctorPorts, directory: string | undefined): Promise<Omit<Check, 'id'>> {
  const values: string[] = []
  for (const key of ['user.name', 'user.email']) {
    const { stdout } = await ports.exec('git', ['config', '--get', key], {
      env: childEnvironment(ports.env),
      okCodes: [0, 1],
      signal: ports.signal,
      ...(directory !== undefined && { cwd: directory }),
    })
    if (stdout.trim() === '') {
      return {
        status: 'warn',
        detail: `Git does not know your ${key}`,
        fix: 'git config --global user.name "…" && git config --global user.email "…"',
      }
    }
    values.push(stdout.trim())
  }
  return { status: 'ok', detail: `${values[0] ?? ''} <${values[1] ?? ''}>`, fix: null }
}
