import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { loadProject } from '../../../src/lib/config/load.js'
import type { Problem } from '../../../src/lib/config/problem.js'
import { UserError } from '../../../src/lib/core/errors.js'

export const PLATFORM = `apiVersion: platform/v1alpha1
kind: Platform
name: acme
target: sandbox
region: eu-west-1
accounts:
  sandbox:
    id: "000000000000"
`

export const ENVIRONMENT = `apiVersion: platform/v1alpha1
kind: Environment
role: workload
network:
  cidr: 10.0.0.0/16
`

/** Writes a repository that is removed after the test. Keys are paths relative to it. */
export async function repository(files: Record<string, string | Uint8Array>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'platform-config-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const [file, text] of Object.entries({ 'platform.yaml': PLATFORM, ...files })) {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true })
    await writeFile(path.join(directory, file), text)
  }
  return directory
}

/** The problems that loading ends with. Fails when there are none. */
export async function problemsOf(directory: string, env: Record<string, string> = {}): Promise<Problem[]> {
  const error = await loadProject(directory, { env }).then(
    () => new Error('loading succeeded'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof UserError) || error.code !== 'InvalidConfiguration') throw error
  return error.details['problems'] as Problem[]
}
