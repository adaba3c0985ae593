import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readManifest } from '../../../src/lib/templates/shipped.js'
import { copyOfTemplates, findBinary, writeJson, type Emulator } from './workbench.js'

/** A resource in `terraform show -json` of a plan; what is not known yet is absent. */
export interface Planned {
  address: string
  type: string
  values: Record<string, unknown>
}

/** What a new instance of one module would make in a region. Nothing is made. */
export async function planOfModule(
  emulator: Pick<Emulator, 'endpoint'>,
  module: string,
  region: string,
  values: Record<string, unknown>,
): Promise<Planned[]> {
  const terraform = (await findBinary('terraform'))!
  const version = (await readManifest()).modules[module] ?? ''
  const folder = path.join(await copyOfTemplates(), 'modules', module, version)
  const run = (args: string[], okCodes = [0]) => terraform.run(folder, args, { endpoint: emulator.endpoint, okCodes })
  const needsManagement = (await readFile(path.join(folder, 'versions.tf'), 'utf8')).includes('aws.management')
  const providers = ['', ...(needsManagement ? ['  alias = "management"\n'] : [])]
  const blocks = providers.map((alias) => `provider "aws" {\n${alias}  region = "${region}"\n}\n`)
  await writeFile(path.join(folder, 'provider.tf'), blocks.join('\n'))
  await writeJson(folder, 'terraform.tfvars.json', values)
  await run(['init', '-input=false'])
  const { exitCode, stderr } = await run(['plan', '-no-color', '-input=false', '-out=new.tfplan'], [0, 1])
  if (exitCode !== 0) throw new Error(stderr)
  const { planned_values: planned } = JSON.parse((await run(['show', '-json', 'new.tfplan'])).stdout) as {
    planned_values: { root_module: { resources: Planned[] } }
  }
  return planned.root_module.resources
}
