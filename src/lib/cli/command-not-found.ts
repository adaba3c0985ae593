import type { Hook, Interfaces } from '@oclif/core'
import { UserError } from '../core/errors.js'
import { nearest } from '../core/names.js'
import { globalFlags } from './flags.js'

/** oclif's hook for a command that does not exist: an error with the nearest command, never a question. */
const commandNotFound: Hook<'command_not_found'> = async ({ id, config }) => {
  throw notFound(id.replaceAll(':', ' '), config)
}

export default commandNotFound

/** @param typed words separated by spaces, which may end with arguments. */
export function notFound(typed: string, config: Interfaces.Config): UserError {
  const visible = config.commands.filter(({ hidden }) => !hidden).map((command) => command.id.replaceAll(':', ' '))
  const suggestion = suggestCommand(typed, visible)
  if (typed.startsWith('-')) {
    const flag = suggestLeadingFlag(typed.split(' ')[0] ?? '')
    return new UserError('BadFlag', `${JSON.stringify(typed)} is not a flag of ${config.bin}.`, {
      reason: flag === undefined ? 'Only global flags may stand before the command.' : `Did you mean: ${config.bin} ${flag}`,
      next: [`${config.bin} --help`],
      details: { flags: [typed], suggestions: flag === undefined ? [] : [flag] },
    })
  }
  const topic = typed.split(' ')[0] ?? ''
  const help = visible.some((command) => command.startsWith(`${topic} `)) ? `${config.bin} ${topic} --help` : `${config.bin} --help`
  return new UserError('CommandNotFound', `${JSON.stringify(typed)} is not a command of ${config.bin}.`, {
    ...(suggestion !== undefined && { reason: `Did you mean: ${config.bin} ${suggestion}` }),
    next: [help],
    details: { command: typed, suggestion: suggestion ?? null },
  })
}

const SHORT_FORMS: Readonly<Record<string, string>> = { '-v': '--version', '-V': '--version', '-h': '--help' }

/** The flag that was most likely meant in front of, or instead of, a command. */
function suggestLeadingFlag(typed: string): string | undefined {
  const known = ['--version', '--help', ...Object.keys(globalFlags).map((name) => `--${name}`)]
  return SHORT_FORMS[typed] ?? nearest(typed, known)
}

/**
 * The command that was most likely meant.
 * @param typed words separated by spaces; some at the end may be arguments.
 */
export function suggestCommand(typed: string, commands: readonly string[]): string | undefined {
  const words = typed.split(' ')
  const swapped = words.toReversed().join(' ')
  if (commands.includes(swapped)) return swapped
  for (let length = words.length; length > 0; length -= 1) {
    const found = nearest(words.slice(0, length).join(' '), commands)
    if (found !== undefined) return found
  }
  const verb = words.at(-1) ?? ''
  const byVerb = commands.filter((command) => command.split(' ').at(-1) === verb)
  return byVerb.length === 1 ? byVerb[0] : undefined
}
