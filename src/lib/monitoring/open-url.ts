import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'

/** What shows an address in the user's browser. Neither gets a shell between. */
const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' }

const TIMEOUT_MS = 10_000

/** Opens an address in the browser. @throws `ToolMissing` where no program does that, `ToolFailed` */
export async function openUrl({ exec, signal }: Pick<Ports, 'exec' | 'signal'>, url: string, platform = process.platform): Promise<void> {
  const program = OPENERS[platform]
  const { protocol } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error(`${protocol} is no address of a web page.`)
  if (program === undefined) throw new UserError('ToolMissing', 'No program opens addresses here.', { next: [`Open it yourself: ${url}`] })
  await exec(program, [url], { timeoutMs: TIMEOUT_MS, signal })
}
