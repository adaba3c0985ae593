import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clearFaults, injectFaults } from '../../src/lib/sandbox/faults.js'
import type { ErrorDocument } from '../../src/lib/ui/error-view.js'
import { clientsOf } from '../helpers/aws.js'
import { applyInProgress, expectOneOfEach } from '../helpers/interruption.js'
import { canMount, SmallDisk } from '../helpers/mounts.js'
import { Repository } from '../helpers/repository.js'
import { sandboxPorts } from '../helpers/sandbox.js'

const CREATE = ['env', 'create', 'dev', '--yes', '--json']
const STATE = 'environments/dev/terraform.tfstate'

// Needs mounts of its own: as root, or where users may have namespaces.
describe.runIf(await canMount()).each([
  { what: 'during an apply', stateIsLost: false },
  { what: 'when Terraform can save its state nowhere', stateIsLost: true },
])('a disk that is full $what', ({ stateIsLost }) => {
  let repository: Repository
  let clients: AwsClients
  let disk: SmallDisk
  beforeAll(async () => {
    repository = await Repository.init()
    // Its data lies on the old disk: only what platform and Terraform write here is short of room.
    await repository.run('sandbox', 'up')
    clients = await clientsOf(repository)
    disk = await SmallDisk.under(repository.directory, 32 * 1024)
  })
  afterAll(async () => {
    await disk.remove()
    await repository.remove()
  })
  const onDisk = (...args: string[]) => repository.runWith({ below: disk.below }, ...args)

  it('is told, with what to do next', async () => {
    const running = repository.startBelow(disk.below, {}, ...CREATE)
    await applyInProgress(disk, running, 5)
    if (stateIsLost)
      await injectFaults(sandboxPorts, repository.directory, [
        { kind: 'server-error', service: 's3', action: 'PutObject', path: STATE, count: null },
      ])
    await disk.fill()
    const { exitCode, stdout, stderr } = await running
    expect(exitCode).toBe(1)
    expect(stderr).not.toMatch(/^\s+at /m)
    const { error } = JSON.parse(stdout) as ErrorDocument
    if (stateIsLost) expect(stderr).toContain('Terraform could not save its state, not even in')
    expect(`${error.message} ${error.reason ?? ''}`).toMatch(/no space left/i)
    expect(error.next.join()).toMatch(/room on the disk|free space/)
  })

  it('is told again while there is no room', async () => {
    const result = await onDisk(...CREATE)
    expect(result.exitCode).toBe(1)
    expect(result.json<ErrorDocument>().error.next.join()).toMatch(/room on the disk|free space/)
  })

  it('costs nothing: the same command goes on when there is room, and leaves nothing to do', async () => {
    if (stateIsLost) await clearFaults(sandboxPorts, repository.directory)
    await disk.clear()
    const resumed = await onDisk(...CREATE)
    if (stateIsLost) expect(resumed.stderr).toContain('found in AWS and imported')
    expect(resumed.exitCode, resumed.stderr).toBe(0)
    expect(resumed.json<ApplyResult>()).toMatchObject({ environment: 'dev', changes: { destroy: 0 } })
    await expectOneOfEach(clients)
    expect((await onDisk('env', 'plan', 'dev', '--json')).exitCode).toBe(0)
  })
})
