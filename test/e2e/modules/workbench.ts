import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { AwsClients } from '../../../src/lib/aws/clients.js'
import { systemClock } from '../../../src/lib/core/clock.js'
import { execProgram } from '../../../src/lib/core/exec.js'
import { startGuarded } from '../../../src/lib/core/guarded-process.js'
import type { ExecResult } from '../../../src/lib/core/ports.js'
import { readManifest, templatesFolder } from '../../../src/lib/templates/shipped.js'
import { terraformEnvironment } from '../../../src/lib/terraform/environment-variables.js'
import { catalogue } from '../../../src/lib/tools/catalogue.js'
import { writeCliConfig } from '../../../src/lib/tools/cli-config.js'
import { ensureProviderMirror } from '../../../src/lib/tools/provider-install.js'
import { findTool, resolveTool } from '../../../src/lib/tools/resolve-tool.js'

export const ACCOUNT = '000000000000'
export const REGION = 'eu-west-1'

const silentPorts = {
  exec: execProgram,
  clock: systemClock,
  env: process.env,
  signal: new AbortController().signal,
  ask: {
    interactive: false,
    confirm: () => Promise.reject(new Error('asked')),
    input: () => Promise.reject(new Error('asked')),
    select: () => Promise.reject(new Error('asked')),
  },
}

/** Terraform or OpenTofu with the AWS provider, as platform itself finds them. */
export interface Binary {
  name: 'terraform' | 'tofu'
  run(folder: string, args: readonly string[], options?: { endpoint?: string; okCodes?: number[] }): Promise<ExecResult>
}

/** Undefined only for OpenTofu where it is not installed: it is the user's choice, so nothing is built for it. */
export async function findBinary(name: 'terraform' | 'tofu'): Promise<Binary | undefined> {
  const tool =
    name === 'terraform' ? await resolveTool(silentPorts, name, { install: true }) : (await findTool(silentPorts, catalogue[name])).tool
  if (!tool) return undefined
  const mirror = await ensureProviderMirror(silentPorts, { binary: name, terraformPath: tool.path })
  const cliConfig = await writeCliConfig(silentPorts, { mirror, binary: name })
  return {
    name,
    run: (folder, args, { endpoint, okCodes = [0] } = {}) =>
      execProgram(tool.path, args, {
        cwd: folder,
        okCodes,
        env: terraformEnvironment(process.env, connection(endpoint ?? 'http://127.0.0.1:9'), { cliConfig }),
      }),
  }
}

function connection(endpoint: string) {
  return { accountId: ACCOUNT, region: REGION, endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
}

export interface Emulator {
  endpoint: string
  clients: AwsClients
  stop(): Promise<void>
}

/** A fresh AWS emulator with these settings on a free port, which ends with the tests however they end. */
export async function startEmulator(...settings: readonly string[]): Promise<Emulator> {
  const { path: file } = await resolveTool(silentPorts, 'fakecloud', { install: true })
  const folder = await temporaryFolder('emulator')
  let output = ''
  const args = ['--addr', '127.0.0.1:0', '--region', REGION, '--account-id', ACCOUNT, '--storage-mode', 'memory', ...settings]
  const child = await startGuarded(file, args, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, FAKECLOUD_CONTAINER_CLI: 'false' },
    onOutput: (chunk) => (output = (output + chunk.toString('utf8')).slice(0, 8192)),
  })
  const deadline = Date.now() + 30_000
  for (;;) {
    const port = /^FAKECLOUD_PORT=(\d+)$/m.exec(output)?.[1]
    const endpoint = `http://127.0.0.1:${port}`
    if (port !== undefined && (await answers(endpoint))) {
      const stop = async (): Promise<void> => {
        child.kill('SIGKILL')
        await child.exited
      }
      return { endpoint, clients: new AwsClients(connection(endpoint)), stop }
    }
    if (Date.now() > deadline) throw new Error(`the emulator does not answer:\n${output}`)
    await systemClock.sleep(50)
  }
}

async function answers(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/_fakecloud/health`).then(
    (response) => response.ok,
    () => false,
  )
}

const temporary: string[] = []
afterAll(async () => {
  for (const folder of temporary) await rm(folder, { recursive: true, force: true })
})

export async function temporaryFolder(purpose: string): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), `platform-modules-${purpose}-`)))
  temporary.push(folder)
  return folder
}

/** Where a root lies in `copyOfTemplates`: as deep as in a repository, so that it finds its modules. */
export function placeOfRoot(name: string): string {
  return name === 'shared' ? 'shared' : `roots/${name}`
}

/** A copy of the modules and of the current version of each root, where Terraform may leave its own files. */
export async function copyOfTemplates(): Promise<string> {
  const folder = await temporaryFolder('copy')
  const from = path.join(templatesFolder(), 'terraform')
  await cp(path.join(from, 'modules'), path.join(folder, 'modules'), { recursive: true })
  for (const [name, { version }] of Object.entries((await readManifest()).roots))
    await cp(path.join(from, 'roots', name, version), path.join(folder, placeOfRoot(name)), { recursive: true })
  return folder
}

export async function writeJson(folder: string, file: string, value: unknown): Promise<void> {
  await writeFile(path.join(folder, file), JSON.stringify(value, null, 2))
}
