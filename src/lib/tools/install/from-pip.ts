import path from 'node:path'
import type { PipRecipe } from '../tool-spec.js'
import { requireClient, runClient, type InstallContext, type InstallOutcome } from './context.js'
import { shellQuote, writeLauncher } from './launcher.js'

/**
 * Installs a Python program and all it needs into a folder of its own. Not a virtual environment: that one has its path written
 * into every file, so it could not be built aside and moved into place.
 */
export async function installFromPip(context: InstallContext, recipe: PipRecipe): Promise<InstallOutcome> {
  const { spec, stage, progress } = context
  const python = await requireClient(context, 'python3')
  const interpreter = (await runClient(context, python, ['-c', 'import sys; print(sys.executable)'])).stdout.trim()
  progress('fetching Python packages')
  const requirement = `${recipe.requirement}==${spec.version}`
  await runClient(
    context,
    interpreter,
    ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar=off', '--target', path.join(stage, 'lib'), requirement],
    {
      onLine: (line) => {
        const collected = /^Collecting (\S+)/.exec(line)?.[1]
        if (collected !== undefined) progress(`fetching ${collected}`)
      },
    },
  )
  await writeLauncher(stage, spec.name, [
    'PYTHONPATH="$here/lib"',
    'export PYTHONPATH',
    `exec ${shellQuote(interpreter)} "$here/lib/bin/"${shellQuote(spec.name)} "$@"`,
  ])
  return {}
}
