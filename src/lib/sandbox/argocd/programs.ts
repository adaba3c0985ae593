import path from 'node:path'
import { execProgram } from '../../core/exec.js'
import { catalogue, type ToolName } from '../../tools/catalogue.js'
import { findTool } from '../../tools/resolve-tool.js'

/** Programs that Argo CD is made of here, or that it calls. */
const needed = ['argocd', 'helm', 'redis-server', 'git'] as const satisfies readonly ToolName[]
export type ArgoCdProgram = (typeof needed)[number]
export type ArgoCdPrograms = Record<ArgoCdProgram, { path: string; version: string }>

/** Those that `sandbox up --kubernetes` installs too. */
export const installedWithKubernetes = ['argocd', 'helm', 'redis-server'] as const satisfies readonly ArgoCdProgram[]

/** Finds programs on this machine. Installs nothing. */
export type FindPrograms = () => Promise<{ programs: ArgoCdPrograms } | { missing: ArgoCdProgram[] }>

/** Looks where platform itself looks: on `PATH`, and in the user's cache. So what somebody installs is found later. */
export function programFinder(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): FindPrograms {
  return async () => {
    const found: Partial<ArgoCdPrograms> = {}
    for (const name of needed) {
      const { tool } = await findTool({ exec: execProgram, env, signal }, catalogue[name])
      if (tool) found[name] = { path: tool.path, version: tool.version }
    }
    const missing = needed.filter((name) => !found[name])
    return missing.length > 0 ? { missing } : { programs: found as ArgoCdPrograms }
  }
}

/** The folders of programs, for a search path: those that Argo CD calls, then the caller's. */
export function searchPath(own: string, programs: ArgoCdPrograms, callers: string | undefined): string {
  const called = (['helm', 'git'] as const).map((name) => path.dirname(programs[name].path))
  return [own, ...called, ...(callers === undefined ? [] : [callers])].join(path.delimiter)
}
