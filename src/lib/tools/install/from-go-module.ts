import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { packageRoot } from '../../core/package-root.js'
import { installedProgram } from '../locate.js'
import { fill } from '../machine.js'
import type { GoModuleRecipe } from '../tool-spec.js'
import { countUnits, requireClient, runClient, type InstallContext, type InstallOutcome } from './context.js'
import { PACKAGE_LINE } from './from-go.js'

/** Where the `go.mod` and `go.sum` of each `GoModuleRecipe` lie. */
export const goModules = path.join(packageRoot, 'tools', 'go')

/** Builds the programs of published modules together. Go checks each module against the digests in `go.sum`. */
export async function installFromGoModule(context: InstallContext, recipe: GoModuleRecipe): Promise<InstallOutcome> {
  const { spec, stage, work, machine, progress } = context
  const go = await requireClient(context, 'go')
  const folder = path.join(work, 'programs')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  progress('fetching Go modules')
  const only = recipe.programs.length === 1
  const args = [
    'build',
    // What go.mod and go.sum do not name is an error, not something to look up.
    '-mod=readonly',
    '-v',
    '-trimpath',
    '-buildvcs=false',
    `-ldflags=${fill(recipe.ldflags, spec.version, machine)}`,
    '-o',
    only ? installedProgram(stage, spec.name) : `${folder}${path.sep}`,
    ...recipe.programs.map((program) => program.package),
  ]
  const onLine = countUnits(context, PACKAGE_LINE, 'compiling')
  await mkdir(path.dirname(installedProgram(stage, spec.name)), { recursive: true })
  await runClient(context, go, args, { cwd: path.join(goModules, recipe.folder), onLine, env: { GOWORK: 'off' } })
  if (only) return {}
  const fileOf = (name: string): string => path.join(folder, path.basename(installedProgram(folder, name)))
  await rename(fileOf(spec.name), installedProgram(stage, spec.name))
  const others = recipe.programs.filter(({ name }) => name !== spec.name)
  return { others: others.map(({ name, probe }) => ({ name, probe, file: fileOf(name) })) }
}
