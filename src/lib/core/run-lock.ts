import { link, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { ulid } from 'ulid'
import { isSystemError, UserError } from './errors.js'
import { makeFolder } from './files.js'
import type { Ports, ProcessIdentity } from './ports.js'

interface Holder extends ProcessIdentity {
  command: string
  since: string
}

/**
 * Makes sure that one process of this machine works on `name` at a time. The lock of a dead process is taken over at once,
 * which a lock that only ages could not do. Against other machines Terraform's own state lock protects.
 * @returns a function that gives the lock back.
 * @throws `RunInProgress`, naming the holder.
 */
export async function takeRunLock(
  ports: Pick<Ports, 'processes' | 'clock'>,
  options: { repository: string; name: string; command: string },
): Promise<() => Promise<void>> {
  const file = path.join(options.repository, '.platform', 'locks', `${options.name}.json`)
  await makeFolder(path.dirname(file))
  const holder: Holder = { ...(await ports.processes.self()), command: options.command, since: ports.clock.now().toISOString() }
  const text = JSON.stringify(holder)
  // Each round either takes the lock, finds a living holder, or clears one dead holder away.
  for (let round = 0; round < 20; round += 1) {
    if (await createExclusively(file, text)) return async () => release(file, text)
    const current = await readHolder(file)
    if (current && (await ports.processes.isAlive(current))) throw inProgress(options.name, current)
    await clearDead(file, current)
  }
  throw new UserError('RunInProgress', `The lock of ${options.name} could not be taken.`, { details: { file } })
}

async function createExclusively(file: string, text: string): Promise<boolean> {
  // Written under another name and linked, so that nobody ever reads half a lock.
  const draft = `${file}.${ulid()}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
  } finally {
    await handle.close()
  }
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** Moves the lock away, and back if somebody alive took it in between. */
async function clearDead(file: string, expected: Holder | undefined): Promise<void> {
  const aside = `${file}.${ulid()}`
  try {
    await rename(file, aside)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return
    throw error
  }
  const moved = await readHolder(aside)
  if (moved && (moved.pid !== expected?.pid || moved.startedAt !== expected.startedAt)) await rename(aside, file)
  // Also what is no file at all.
  else await rm(aside, { recursive: true, force: true })
}

async function release(file: string, text: string): Promise<void> {
  const current = await readFile(file, 'utf8').catch(() => undefined)
  if (current === text) await rm(file, { force: true })
}

function inProgress(name: string, holder: Holder): UserError {
  return new UserError('RunInProgress', `Another process is at work on ${name}.`, {
    reason: `Process ${holder.pid} runs "platform ${holder.command}" since ${holder.since}.`,
    next: ['Wait until it has finished, then run the command again.', `platform run list`],
    details: { name, pid: holder.pid, command: holder.command, since: holder.since },
  })
}
