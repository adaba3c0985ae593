import { chmod, copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { redactText } from '../../core/redaction.js'
import { installedProgram } from '../locate.js'
import type { GoRecipe } from '../tool-spec.js'
import { countUnits, lastWords, requireClient, runClient, type InstallContext, type InstallOutcome } from './context.js'
import { WayUnavailable } from './unavailable.js'

/** With `-v`, Go prints the import path of each package that it compiles. */
export const PACKAGE_LINE = /^(?!go: )([\w.-]+(?:\/[\w.~-]+)*)$/

/** Builds a program with Go from the module proxy, which checks every module against the public checksum database. */
export async function installFromGo(context: InstallContext, recipe: GoRecipe): Promise<InstallOutcome> {
  const go = await requireClient(context, 'go')
  const program = installedProgram(context.stage, context.spec.name)
  await mkdir(path.dirname(program), { recursive: true })
  const onLine = countUnits(context, PACKAGE_LINE, 'compiling')
  const flags = ['-v', '-trimpath', ...(recipe.ldflags === undefined ? [] : [`-ldflags=${recipe.ldflags}`])]
  context.progress('fetching Go modules')
  if (recipe.modEdits) {
    const folder = await copyModule(context, go, recipe)
    if (recipe.modEdits.length > 0) await runClient(context, go, ['mod', 'edit', ...recipe.modEdits], { cwd: folder })
    await runClient(context, go, ['build', '-mod=mod', ...flags, '-o', program, recipe.package], {
      cwd: folder,
      onLine,
      env: { GOWORK: 'off' },
    })
  } else {
    const target = `${path.posix.join(recipe.module, recipe.package)}@v${context.spec.version}`
    await runClient(context, go, ['install', ...flags, target], { onLine, env: { GOBIN: path.dirname(program), GOWORK: 'off' } })
  }
  return {}
}

/** A copy of the published module that may be changed: the module cache is read-only and shared. */
async function copyModule(context: InstallContext, go: string, recipe: GoRecipe): Promise<string> {
  const { stdout, stderr } = await runClient(context, go, ['mod', 'download', '-json', `${recipe.module}@v${context.spec.version}`], {
    cwd: context.work,
    // With -json, Go says in its answer why it failed.
    okCodes: [0, 1],
  })
  const { Dir: source, Error: reason } = downloadAnswer(stdout)
  if (reason !== undefined) throw new WayUnavailable(`go mod download: ${lastWords(redactText(reason))}`)
  if (source === undefined) {
    throw new WayUnavailable(`go mod download did not say where ${recipe.module} is. ${lastWords(redactText(stderr))}`.trim())
  }
  const folder = path.join(context.work, 'module')
  await rm(folder, { recursive: true, force: true })
  await copyWritable(source, folder)
  return folder
}

/** What `go mod download -json` prints of one module (`go help mod download`), as far as it is read. */
function downloadAnswer(text: string): { Dir?: string; Error?: string } {
  try {
    return (JSON.parse(text) ?? {}) as { Dir?: string; Error?: string }
  } catch {
    return {}
  }
}

async function copyWritable(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true })
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = path.join(source, entry.name)
    const to = path.join(target, entry.name)
    if (entry.isDirectory()) await copyWritable(from, to)
    else {
      await copyFile(from, to)
      await chmod(to, 0o644)
    }
  }
}
