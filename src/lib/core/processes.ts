import { open, readFile } from 'node:fs/promises'
import { isSystemError, UserError } from './errors.js'
import { execProgram } from './exec.js'
import type { ProcessIdentity, Processes } from './ports.js'

/** Processes of this machine. See `Processes`. */
export const systemProcesses: Processes = {
  async self() {
    return { pid: process.pid, startedAt: (await startTimeOf(process.pid)) ?? '' }
  },

  async startDetached(file, args, options) {
    const { spawn } = await import('node:child_process')
    const stdout = await open(options.stdoutFile, 'a')
    const stderr = await open(options.stderrFile, 'a')
    try {
      // execa always watches its children; only a plain detached spawn may outlive us.
      const child = spawn(file, args, {
        cwd: options.cwd,
        env: { ...options.env },
        detached: true,
        stdio: ['ignore', stdout.fd, stderr.fd],
      })
      const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
        child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }))
      })
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve)
        child.once('error', (error) => reject(startError(file, error)))
      })
      if (options.background === true) child.unref()
      const pid = child.pid
      if (pid === undefined) throw startError(file, new Error('no process id'))
      return { pid, startedAt: (await startTimeOf(pid)) ?? '', exited }
    } finally {
      await stdout.close()
      await stderr.close()
    }
  },

  async isAlive({ pid, startedAt }) {
    return startedAt !== '' && (await startTimeOf(pid)) === startedAt
  },

  async signal(identity, signal, { group }) {
    const current = await startTimeOf(identity.pid)
    // The id was given to another process, or nothing but a group can be left.
    if (current === undefined ? !group || !(await isOfThisBoot(identity)) : current !== identity.startedAt) return
    try {
      process.kill(group ? -identity.pid : identity.pid, signal)
    } catch (error) {
      if (!isSystemError(error, 'ESRCH')) throw error
    }
  },
}

function startError(file: string, error: Error): UserError {
  return new UserError('ToolMissing', `${file} could not be started.`, {
    cause: error,
    reason: error.message,
    next: ['platform doctor'],
    details: { file },
  })
}

/**
 * When the process started, in a form that only equals itself, or undefined when there is no such process or it is a zombie.
 * Linux: the id of this boot and field 22 of /proc/PID/stat (proc_pid_stat(5)), which counts from the boot; elsewhere `ps`.
 */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    let stat: string
    try {
      stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    } catch {
      return undefined
    }
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : `${await bootId()}-${fields[19] ?? ''}`
  }
  const { exitCode, stdout } = await execProgram('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { okCodes: [0, 1] })
  const line = stdout.trim()
  return exitCode !== 0 || line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '')
}

/** A group of an earlier boot is gone, and its id may belong to somebody else now. */
async function isOfThisBoot({ startedAt }: ProcessIdentity): Promise<boolean> {
  return process.platform !== 'linux' || startedAt.startsWith(`${await bootId()}-`)
}

async function bootId(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')
  return id.trim().slice(0, 8)
}
