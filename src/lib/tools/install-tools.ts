import { UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'
import type { Ports } from '../core/ports.js'
import { runSteps, type Step, type StepControl } from '../core/steps.js'
import { catalogue, type ToolName } from './catalogue.js'
import {
  installableNames,
  listTools,
  PROVIDER_NAME,
  providerQuery,
  requiredNames,
  wishedRange,
  type InstallableName,
  type ToolStatus,
  type ToolWishes,
} from './list-tools.js'
import { findProvider } from './provider-mirror.js'
import { ensureProviderMirror } from './provider-install.js'
import { findTool, resolveTool, type ToolPorts } from './resolve-tool.js'
import type { Progress } from './tool-spec.js'

export interface InstalledTool {
  name: InstallableName
  status: 'installed' | 'unchanged' | 'planned'
  version: string
  source: string
  path: string | null
}

/**
 * Installs what is missing.
 * @param names tools from the catalogue; empty: everything that is required.
 * @returns one entry for each tool, with `planned` instead of an install when `dryRun`.
 * @throws `BadFlag` for an unknown name, otherwise as `resolveTool` and `ensureProviderMirror`.
 */
export async function installTools(
  ports: ToolPorts & Pick<Ports, 'report'>,
  names: readonly string[],
  options: { dryRun: boolean; wishes?: ToolWishes },
): Promise<InstalledTool[]> {
  const wishes = options.wishes ?? {}
  const chosen = names.map(assertKnown)
  const statuses = await listTools(ports, wishes, chosen.length === 0 ? requiredNames(wishes) : [...new Set(chosen)])
  if (options.dryRun) return statuses.map(planned)
  const results = new Map<InstallableName, InstalledTool>(statuses.map((status) => [status.name, planned(status)]))
  const steps = statuses.map(({ name }): Step => ({
    id: `tool/${name}`,
    title: name,
    isDone: async () => {
      const found = await lookFor(ports, name, wishes)
      if (found) results.set(name, { name, status: 'unchanged', ...found })
      return found ? `${found.version} at ${found.path}` : false
    },
    run: async (control) => {
      const made = await install(ports, name, wishes, control)
      results.set(name, { name, status: 'installed', ...made })
      return { outcome: 'done', detail: `${made.version} at ${made.path} (${made.source})` }
    },
  }))
  await runSteps(ports, 'Install tools', steps)
  return [...results.values()]
}

type Place = Pick<InstalledTool, 'version' | 'source'> & { path: string }

async function lookFor(ports: ToolPorts, name: InstallableName, wishes: ToolWishes): Promise<Place | undefined> {
  if (name === PROVIDER_NAME) {
    const found = await findProvider(ports, providerQuery(wishes))
    return found && { version: found.version, source: 'mirror', path: found.path }
  }
  const { tool } = await findTool(ports, catalogue[name], { ...wishedRange(name, wishes), ...(wishes.lock && { lock: wishes.lock }) })
  return tool && { version: tool.version, source: tool.source, path: tool.path }
}

async function install(ports: ToolPorts, name: InstallableName, wishes: ToolWishes, control: StepControl): Promise<Place> {
  const progress: Progress = (detail, count) => control.progress(detail, count)
  const lock = wishes.lock && { lock: wishes.lock }
  if (name !== PROVIDER_NAME) {
    const { version, source, path } = await resolveTool(ports, name, { install: true, ...wishedRange(name, wishes), ...lock, progress })
    return { version, source, path }
  }
  const binary: ToolName = wishes.terraform?.binary ?? 'terraform'
  const { tool } = await findTool(ports, catalogue[binary], wishedRange(binary, wishes))
  await ensureProviderMirror(ports, { ...providerQuery(wishes), ...lock, progress, ...(tool && { terraformPath: tool.path }) })
  const found = await lookFor(ports, name, wishes)
  if (!found) throw new UserError('ProviderMissing', 'The AWS provider was installed, but it is not found.')
  return found
}

function planned({ name, found, ways, installs }: ToolStatus): InstalledTool {
  if (found) return { name, status: 'unchanged', ...found }
  return { name, status: 'planned', version: installs, source: ways.join(', then '), path: null }
}

function assertKnown(name: string): InstallableName {
  const known = installableNames.find((candidate) => candidate === name)
  if (known !== undefined) return known
  const near = nearest(name, installableNames)
  throw new UserError('BadFlag', `There is no tool called ${name}.`, {
    reason: `Known: ${installableNames.join(', ')}.`,
    next: [...(near === undefined ? [] : [`platform tools install ${near}`]), 'platform tools list'],
    details: { name },
  })
}
