import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { copyOfTemplates, findBinary, writeJson, type Emulator } from './workbench.js'

/** A resource in `terraform show -json` of a plan; what is not known yet is absent. */
export interface Planned {
  address: string
  type: string
  values: Record<string, unknown>
}

/** What a new instance of one module would make in a region. Nothing is made. */
export async function planOfModule(
  emulator: Emulator,
  module: string,
  region: string,
  values: Record<string, unknown>,
): Promise<{ resources: Planned[]; warnings: string[] }> {
  const terraform = (await findBinary('terraform'))!
  const folder = path.join(await copyOfTemplates(), 'modules', module, '1.0.0')
  const run = (...args: string[]) => terraform.run(folder, args, { endpoint: emulator.endpoint })
  await writeFile(path.join(folder, 'provider.tf'), `provider "aws" {\n  region = "${region}"\n}\n`)
  await writeJson(folder, 'terraform.tfvars.json', values)
  await run('init', '-input=false')
  const messages = (await run('plan', '-json', '-input=false', '-out=new.tfplan')).stdout.trim().split('\n')
  const { planned_values: planned } = JSON.parse((await run('show', '-json', 'new.tfplan')).stdout) as {
    planned_values: { root_module: { resources: Planned[] } }
  }
  const warnings = messages.flatMap((line) => {
    const { diagnostic } = JSON.parse(line) as { diagnostic?: { severity: string; summary: string; detail: string } }
    return diagnostic?.severity === 'warning' ? [`${diagnostic.summary}: ${diagnostic.detail}`] : []
  })
  return { resources: planned.root_module.resources, warnings }
}
