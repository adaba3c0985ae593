import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf } from './aws.js'
import { expectOneOfEach } from './interruption.js'
import { Repository } from './repository.js'

/** The steps of a creation before anything is planned, as they are named when they start. */
export const STEPS_BEFORE_PLAN = [
  'Configuration',
  'Tools',
  'Sandbox and account',
  'Earlier runs',
  'Terraform files',
  'State bucket',
  'State lock',
  'Terraform init',
]
/** The steps that look at what there is, and change it. */
export const STEPS_FROM_STATE = ['Terraform state', 'Plan', 'Apply', 'Deletion protection off', 'Verification']
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const
const CREATE = ['env', 'create', 'dev', '--yes', '--json']

/**
 * Interrupts a creation when each of these steps starts, with each signal, and expects the same command to finish it.
 * @param change Makes something to apply out of the environment file as it was written, and something else each round.
 */
export function interruptEachOf(steps: readonly string[], change: (text: string, round: number) => string): void {
  let repository: Repository
  let clients: AwsClients
  let plain: string
  let round = 0
  beforeAll(async () => {
    repository = await Repository.init()
    const created = await repository.run(...CREATE)
    expect(created.exitCode, created.stderr).toBe(0)
    expect(startedSteps(created.stderr)).toEqual([...STEPS_BEFORE_PLAN, ...STEPS_FROM_STATE])
    plain = await repository.edit('environments/dev.yaml', (text) => change(text, 0))
    clients = await clientsOf(repository)
  })
  afterAll(async () => repository.remove())

  describe.each(steps)('when %s starts', (step) => {
    it.each(SIGNALS)('%s: the same command finishes what was cut short', async (signal) => {
      round += 1
      await repository.edit('environments/dev.yaml', () => change(plain, round))
      await interrupt(repository, step, signal)
      const again = await repository.run(...CREATE)
      expect(again.exitCode, again.stderr + again.stdout).toBe(0)
      expect(again.json<ApplyResult>().status).toMatch(/^(?:updated|unchanged|resumed)$/)
      expect((await repository.run('lock', 'list', '--json')).json()).toEqual([{ root: 'dev', status: 'free' }])
      await expectOneOfEach(clients)
    })

    it('nothing is left to do in the end', async () => {
      const plan = await repository.run('env', 'plan', 'dev', '--json')
      expect(plan.exitCode, plan.stdout + plan.stderr).toBe(0)
    })
  })
}

/** Starts a creation, and sends it a signal when a step starts. A short step may be over before the signal arrives. */
async function interrupt(repository: Repository, step: string, signal: NodeJS.Signals): Promise<void> {
  const running = repository.start(...CREATE)
  const { pid } = running
  if (pid === undefined) throw new Error('platform was not started')
  await started(running.stderr, step)
  running.stderr.resume()
  process.kill(pid, signal)
  const { exitCode, signal: endedBy, stdout } = await running
  if (exitCode === 0) return
  expect({ endedBy, exitCode }, stdout).toEqual(signal === 'SIGKILL' ? { endedBy: signal } : { exitCode: 130 })
  if (signal !== 'SIGKILL') expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted' } })
}

/** Waits for the line that tells of a step's start. */
async function started(stream: Readable, step: string): Promise<void> {
  let text = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (startedSteps(text).includes(step)) return
  }
  throw new Error(`${step} never started:\n${text}`)
}

function startedSteps(text: string): string[] {
  return [...text.matchAll(/^\[[^\]]+\] (.+) …$/gm)].map(([, step = '']) => step)
}
