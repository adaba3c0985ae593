import { existsSync } from 'node:fs'
import { lstat, readlink, realpath } from 'node:fs/promises'
import path from 'node:path'
import { isSystemError } from '../core/errors.js'

/**
 * The kubeconfigs that kubectl would read, first the one that wins.
 * @param options.explicit as kubectl's --kubeconfig: this one alone
 * @param options.variable value of KUBECONFIG
 */
export function kubeconfigFiles({
  explicit,
  variable,
  home,
}: {
  explicit?: string | undefined
  variable?: string | undefined
  home: string
}): string[] {
  if (explicit !== undefined) return [path.resolve(explicit)]
  const named = [...new Set((variable ?? '').split(path.delimiter).filter((each) => each !== ''))].map((each) => path.resolve(each))
  return named.length > 0 ? named : [path.join(home, '.kube', 'config')]
}

/** The file into which what is new goes: as kubectl does it, the first that exists. */
export function fileForNew(files: readonly string[]): string {
  return files.find((file) => existsSync(file)) ?? files[0] ?? ''
}

/** What a write to `file` has to replace: links stay, also those whose target is not there yet. */
export async function linkTarget(file: string, depth = 0): Promise<string> {
  try {
    return await realpath(file)
  } catch (error) {
    if (!isSystemError(error, 'ENOENT') || depth > 20) throw error
    const isLink = await lstat(file).then(
      (found) => found.isSymbolicLink(),
      () => false,
    )
    return isLink ? linkTarget(path.resolve(path.dirname(file), await readlink(file)), depth + 1) : file
  }
}
