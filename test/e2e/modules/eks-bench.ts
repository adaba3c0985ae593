import path from 'node:path'
import { TestSandbox } from '../../helpers/sandbox.js'
import { actionsOf, resourcesOf } from './terraform-json.js'
import type { small } from './values.js'
import { copyOfTemplates, findBinary, placeOfRoot, writeJson } from './workbench.js'

/**
 * The root `eks` with values, in a sandbox of its own. Not in the bare emulator, which cannot make the launch template of a second
 * node group.
 */
export async function eksRoot(values: typeof small) {
  const terraform = (await findBinary('terraform'))!
  const sandbox = await TestSandbox.start()
  const folder = path.join(await copyOfTemplates(), placeOfRoot('eks'))
  const use = (changed: typeof small): Promise<void> => writeJson(folder, 'terraform.tfvars.json', changed)
  const run = async (args: string[], okCodes = [0]) => terraform.run(folder, args, { endpoint: sandbox.endpoint, okCodes })
  const show = async (...file: string[]): Promise<string> => (await run(['show', '-json', ...file])).stdout
  await use(values)
  await run(['init', '-input=false'])
  return {
    folder,
    clients: sandbox.clients(),
    use,
    run,
    show,
    remove: () => sandbox.remove(),
    apply: () => run(['apply', '-auto-approve', '-input=false']),
    /** What a plan with other values does, by action. AWS is as the state says. */
    async planned(changed: typeof small): Promise<Record<string, string[]>> {
      await use(changed)
      await run(['plan', '-input=false', '-refresh=false', '-out=changed.tfplan'])
      await use(values)
      return actionsOf(await show('changed.tfplan'))
    },
    isClean: async () => (await run(['plan', '-input=false', '-detailed-exitcode'], [0, 2])).exitCode === 0,
    resources: async () => resourcesOf(await show()),
  }
}

export type EksRoot = Awaited<ReturnType<typeof eksRoot>>

/** The kinds of resources that a plan changes, without the index of each. */
export function kindsOfChanges(actions: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(actions).flatMap(([action, addresses]) => (action === 'no-op' ? [] : [[action, kindsOf(addresses)]])),
  )
}

export function kindsOf(addresses: string[] = []): string[] {
  return [...new Set(addresses.map((address) => address.replace(/\[[^\]]*\]$/, '')))].sort()
}
