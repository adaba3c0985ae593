import { rm } from 'node:fs/promises'
import path from 'node:path'
import { systemClock } from '../../../src/lib/core/clock.js'
import { ExistingResources } from '../../../src/lib/aws/existing/existing-resources.js'
import { findLeftovers } from '../../../src/lib/aws/leftovers/leftovers.js'
import { TestSandbox } from '../../helpers/sandbox.js'
import { actionsOf, resourcesOf, type StateResource } from './terraform-json.js'
import { copyOfTemplates, findBinary, placeOfRoot, writeJson } from './workbench.js'

const scope = { platform: 'acme', environment: 'shared' }
const ports = { clock: systemClock, signal: new AbortController().signal }

/** The root `shared` with values, in a sandbox of its own. */
export async function sharedRoot(values: object) {
  const terraform = (await findBinary('terraform'))!
  const sandbox = await TestSandbox.start()
  const folder = path.join(await copyOfTemplates(), placeOfRoot('shared'))
  const run = (args: string[], okCodes = [0]) => terraform.run(folder, args, { endpoint: sandbox.endpoint, okCodes })
  /** As `run`, and what Terraform says is the error when it fails. */
  const change = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await run([...args, '-no-color', '-input=false'], [0, 1])
    if (exitCode !== 0) throw new Error(stderr)
  }
  const show = async (...file: string[]): Promise<string> => (await run(['show', '-json', ...file])).stdout
  await writeJson(folder, 'terraform.tfvars.json', values)
  await run(['init', '-input=false'])
  const clients = sandbox.clients()
  return {
    clients,
    run,
    remove: () => sandbox.remove(),
    apply: () => change('apply', '-auto-approve'),
    destroy: () => change('destroy', '-auto-approve'),
    isClean: async () => (await run(['plan', '-input=false', '-detailed-exitcode'], [0, 2])).exitCode === 0,
    resources: async () => resourcesOf(await show()),
    /** What is left in the account, as the teardown proof says. */
    leftovers: () => findLeftovers(clients, { ...scope, clusterName: 'acme-shared' }),
    /** What a plan does after the state was lost and everything that is found in the account was imported. */
    async afterLostState(resources: readonly StateResource[]): Promise<Record<string, string[]>> {
      await rm(path.join(folder, 'terraform.tfstate'))
      const finder = new ExistingResources(ports, clients, scope)
      const found = await Promise.all(resources.map(async (resource) => ({ to: resource.address, existing: await finder.find(resource) })))
      const blocks = found.flatMap(({ to, existing }) => (existing ? [{ to, id: existing.importId }] : []))
      await writeJson(folder, 'imports.tf.json', { import: blocks })
      await run(['plan', '-input=false', '-out=lost.tfplan'])
      const actions = actionsOf(await show('lost.tfplan'))
      await run(['apply', '-input=false', 'lost.tfplan'])
      await rm(path.join(folder, 'imports.tf.json'))
      return actions
    },
  }
}

export type SharedRoot = Awaited<ReturnType<typeof sharedRoot>>
