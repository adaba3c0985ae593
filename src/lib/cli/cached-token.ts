import { TokenCache } from '../clusters/token-cache.js'
import { parseTokenFlags } from '../clusters/token-request.js'

/**
 * The answer of `platform cluster token` as a kubeconfig calls it, when the cache has it: kubectl waits for it with every command, and
 * loading the command line would take longer than all the rest.
 * @param words what follows `cluster token`
 * @returns undefined where the command itself has to do it
 */
export function cachedToken(words: readonly string[], env: Readonly<Record<string, string | undefined>>): string | undefined {
  const request = parseTokenFlags(words)
  const credential = request && new TokenCache(request, env).read(new Date())
  return credential && JSON.stringify(credential)
}
