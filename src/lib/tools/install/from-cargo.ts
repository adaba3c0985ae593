import path from 'node:path'
import type { CargoRecipe } from '../tool-spec.js'
import { countUnits, requireClient, runClient, type InstallContext, type InstallOutcome } from './context.js'

const COMPILED_LINE = /^\s*Compiling (\S+) v\d/

/** Builds a crate with the versions in its own lock file, whose digests cargo checks. */
export async function installFromCargo(context: InstallContext, recipe: CargoRecipe): Promise<InstallOutcome> {
  const cargo = await requireClient(context, 'cargo')
  const onCompiled = countUnits(context, COMPILED_LINE, 'compiling')
  context.progress('fetching crates')
  await runClient(
    context,
    cargo,
    ['install', '--locked', '--no-track', '--root', context.stage, '--version', context.spec.version, recipe.crate],
    {
      // Cargo goes on with what it finds here, so minutes of an interrupted build are not lost.
      env: {
        ...recipe.env,
        CARGO_TARGET_DIR: path.join(context.work, 'target'),
        CARGO_TERM_COLOR: 'never',
        CARGO_TERM_PROGRESS_WHEN: 'never',
      },
      cwd: context.work,
      onLine: onCompiled,
    },
  )
  return {}
}
