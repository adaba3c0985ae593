import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { followTerraform, type FollowPorts } from '../../../src/lib/terraform/detached-run.js'
import type { TerraformMessage } from '../../../src/lib/terraform/messages.js'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'platform-follow-'))
  file = path.join(folder, 'plan.jsonl')
})
afterEach(async () => rm(folder, { recursive: true }))

/** Follows a process that writes one part between two looks, and ends after the last one. */
async function follow(...parts: Array<string | Buffer>): Promise<TerraformMessage[]> {
  const messages: TerraformMessage[] = []
  const [first = '', ...later] = parts
  if (first !== '') await writeFile(file, first)
  const write = async (): Promise<void> => appendFile(file, later.shift() ?? '')
  const ports = {
    // Not our child: it is alive while there is something that it has not written.
    processes: { isAlive: async () => later.length > 0, signal: async () => true },
    clock: { now: () => new Date(), sleep: write },
    signal: new AbortController().signal,
    interrupts: { onForce: () => () => undefined },
  } as unknown as FollowPorts
  await followTerraform(ports, { pid: 1, startedAt: 'x' }, { messagesFile: file, onMessage: (message) => messages.push(message) })
  return messages
}

const start = (addr: string): string => JSON.stringify({ type: 'apply_start', hook: { resource: { addr, resource_type: 'x' } } })
const addresses = (messages: TerraformMessage[]): string[] =>
  messages.map((message) => ('hook' in message ? message.hook.resource.addr : message.type))

it('reads messages in whatever pieces they come', async () => {
  const [one, two] = [start('aws_vpc.ä'), start('aws_vpc.b')]
  const bytes = Buffer.from(`${one}\n${two}\n`)
  const middleOfLetter = bytes.indexOf(0xc3) + 1
  const pieces = [bytes.subarray(0, 5), bytes.subarray(5, middleOfLetter), bytes.subarray(middleOfLetter, -3), bytes.subarray(-3)]
  expect(addresses(await follow(...pieces))).toEqual(['aws_vpc.ä', 'aws_vpc.b'])
})

it('leaves out a line that is too long to be a message, and reads on behind it', async () => {
  const flood = 'x'.repeat(700_000)
  expect(addresses(await follow(`${start('aws_vpc.a')}\n${flood}`, flood, `${flood}\n${start('aws_vpc.b')}\n`))).toEqual([
    'aws_vpc.a',
    'aws_vpc.b',
  ])
})

it('takes a long line that is a message', async () => {
  const long = start(`aws_vpc.${'a'.repeat(500_000)}`)
  const messages = await follow(long.slice(0, 100_000), `${long.slice(100_000)}\n`)
  expect(messages).toMatchObject([{ type: 'apply_start' }])
})

it('waits for a file that is not there yet', async () => {
  expect(addresses(await follow('', `${start('aws_vpc.a')}\n`))).toEqual(['aws_vpc.a'])
})
