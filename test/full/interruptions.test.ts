import type { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ApplyResult } from '../../src/lib/roots/apply-root.js'
import { clientsOf } from '../helpers/aws.js'
import { expectOneOfEach } from '../helpers/interruption.js'
import { Repository } from '../helpers/repository.js'

// Every step of a creation, as it is named when it starts.
const STEPS = [
  'Configuration',
  'Tools',
  'Sandbox and account',
  'Earlier runs',
  'Terraform files',
  'State bucket',
  'State lock',
  'Terraform init',
  'Terraform state',
  'Plan',
  'Apply',
  'Verification',
]
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const

let repository: Repository
let round = 0
beforeAll(async () => {
  repository = await Repository.init()
  const created = await repository.run('env', 'create', 'dev', '--yes', '--json')
  expect(created.exitCode, created.stderr).toBe(0)
  await repository.edit('environments/dev.yaml', (text) => `${text}\ntags:\n  round: "0"\n`)
})
afterAll(async () => repository.remove())

/** Waits for the line that tells of a step's start. */
async function started(stream: Readable, step: string): Promise<void> {
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    if (text.includes(`] ${step} …`)) return
  }
  throw new Error(`${step} never started:\n${text}`)
}

it.each(STEPS.flatMap((step) => SIGNALS.map((signal) => ({ step, signal }))))(
  '$signal when $step starts: the same command finishes it',
  async ({ step, signal }) => {
    // A small change, so that there is something to apply.
    round += 1
    await repository.edit('environments/dev.yaml', (text) => text.replace(/round: "\d+"/, `round: "${round}"`))
    const running = repository.start('env', 'create', 'dev', '--yes', '--json')
    await started(running.stderr, step)
    running.stderr.resume()
    process.kill(running.pid ?? 0, signal)
    const { exitCode, stdout } = await running
    // A short step may be over before the signal arrives.
    if (signal !== 'SIGKILL' && exitCode !== 0) {
      expect(exitCode).toBe(130)
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'Interrupted' } })
    }
    const again = await repository.run('env', 'create', 'dev', '--yes', '--json')
    expect(again.exitCode, again.stderr + again.stdout).toBe(0)
    expect(again.json<ApplyResult>().status).toMatch(/^(?:updated|unchanged|resumed)$/)
    expect((await repository.run('lock', 'list', '--json')).json()).toEqual([{ root: 'dev', status: 'free' }])
    const plan = await repository.run('env', 'plan', 'dev', '--json')
    expect(plan.exitCode, plan.stdout).toBe(0)
    await expectOneOfEach(await clientsOf(repository))
  },
)
