import { homedir } from 'node:os'
import path from 'node:path'
import envPaths from 'env-paths'

type Env = Readonly<Record<string, string | undefined>>

/** The user's home folder. `HOME` wins, as for every program that is started from here. */
export function homeFolder(env: Env): string {
  return env.HOME !== undefined && env.HOME !== '' ? env.HOME : homedir()
}

/** The folder for what can be fetched or built again: `$XDG_CACHE_HOME/platform`, or what the system has for that. */
export function cacheFolder(env: Env): string {
  // The XDG specification: a relative path is to be ignored.
  if (env.XDG_CACHE_HOME !== undefined && path.isAbsolute(env.XDG_CACHE_HOME)) return path.join(env.XDG_CACHE_HOME, 'platform')
  return process.platform === 'linux' ? path.join(homeFolder(env), '.cache', 'platform') : envPaths('platform', { suffix: '' }).cache
}

/** `<cache>/tools`: one folder for each tool and version. */
export function toolsFolder(env: Env): string {
  return path.join(cacheFolder(env), 'tools')
}

/** `<cache>/providers`: a Terraform filesystem mirror, unpacked. */
export function providersFolder(env: Env): string {
  return path.join(cacheFolder(env), 'providers')
}
