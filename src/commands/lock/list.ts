import { PlatformCommand } from '../../lib/cli/base-command.js'
import { ageOf } from '../../lib/cli/state-view.js'
import type { LockEntry } from '../../lib/state/locks.js'

export default class LockList extends PlatformCommand<typeof LockList> {
  static override summary = 'List the state locks: who holds which, since when and for what.'
  static override description = `Holder: alive (a run of this repository is at work), dead (the process on this machine that took it is gone),
elsewhere (another user or machine took it), unknown (it cannot be told).
The next run releases a lock by itself when a dead run of this repository left it.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run(): Promise<LockEntry[]> {
    const { listLocks } = await import('../../lib/state/locks.js')
    const entries = await listLocks({ ports: this.ports, project: await this.project(), target: await this.target() })
    await this.printTable(
      entries,
      [
        { header: 'Root', value: ({ root }) => root },
        { header: 'Status', value: ({ status }) => status },
        { header: 'Held by', value: ({ user, host }) => (user ? `${user}@${host}` : undefined) },
        { header: 'Operation', value: ({ operation }) => operation },
        { header: 'Age', value: ({ ageSeconds }) => (ageSeconds === undefined ? undefined : ageOf(ageSeconds)) },
        { header: 'Holder', value: ({ holder, pid }) => (pid === undefined ? holder : `${holder} (process ${pid})`) },
        { header: 'ID', value: ({ id }) => id },
      ],
      'No environment yet. Next: platform env create dev',
    )
    for (const { root, reason } of entries) if (reason !== undefined) this.note(`${root}: ${reason}`)
    for (const { root, releasedByNextRun } of entries)
      if (releasedByNextRun) this.note(`${root}: a dead run left this lock. The next run releases it by itself.`)
    return entries
  }
}
