import { UserError } from '../core/errors.js'
import type { Prompter } from '../core/ports.js'
import { discardPendingInput } from './pending-input.js'
import type { Screen } from './screen.js'

export interface PrompterOptions {
  /** Both ends are a terminal, and the caller is no script. */
  interactive: boolean
  /** `--yes` was given: questions that it answers are not asked. */
  yes: boolean
  screen: Screen
  signal: AbortSignal
}

/** Questions on stderr through `@inquirer/prompts`. Without a terminal each question is an error that names its flag. */
export function createPrompter({ interactive, yes, screen, signal }: PrompterOptions): Prompter {
  const ask = async <T>(question: (context: Context) => Promise<T>): Promise<T> => {
    await screen.settled()
    const { interrupted } = await discardPendingInput(process.stdin)
    if (interrupted) throw stopped(signal)
    try {
      return await question({ output: screen.stderr, signal })
    } catch (error) {
      throw isAborted(error) ? stopped(signal) : error
    }
  }
  return {
    interactive,
    async confirm({ message, flag }) {
      if (yes && flag === '--yes') return true
      if (!interactive) throw needed(message, flag)
      const { confirm } = await import('@inquirer/prompts')
      return ask(async (context) => confirm({ message, default: false }, context))
    },
    async input(question) {
      if (!interactive) throw needed(question.message, question.flag)
      const { input } = await import('@inquirer/prompts')
      return ask(async (context) =>
        input(
          {
            message: question.message,
            ...(question.default !== undefined && { default: question.default }),
            ...(question.validate && { validate: question.validate }),
          },
          context,
        ),
      )
    },
    async select<T extends string>(question: SelectQuestion<T>): Promise<T> {
      if (!interactive) throw needed(question.message, question.flag)
      const { select } = await import('@inquirer/prompts')
      return ask(async (context) =>
        select<T>(
          {
            message: question.message,
            choices: question.choices.map(({ value, description }) => ({
              value,
              name: value,
              ...(description !== undefined && { description }),
            })),
            ...(question.default !== undefined && { default: question.default }),
          },
          context,
        ),
      )
    },
  }
}

interface SelectQuestion<T extends string> {
  message: string
  flag: string
  choices: ReadonlyArray<{ value: T; description?: string }>
  default?: T
}

interface Context {
  output: NodeJS.WritableStream
  signal: AbortSignal
}

/** Ctrl-C in a question reaches us as an error of the library, not as a signal. */
function isAborted(error: unknown): boolean {
  return error instanceof Error && ['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(error.name)
}

function stopped(signal: AbortSignal): UserError {
  if (signal.reason instanceof UserError) return signal.reason
  return new UserError('Interrupted', 'Interrupted at a question.', { next: ['Run the same command again to go on.'] })
}

function needed(message: string, flag: string): UserError {
  return flag === '--yes'
    ? new UserError('ConfirmationNeeded', 'The command changes something and was not confirmed.', {
        reason: `There is no terminal to ask on: ${message}`,
        next: ['Look at what would be done: run the same command with --dry-run', 'Confirm it: run the same command with --yes'],
        details: { flag },
      })
    : new UserError('InputNeeded', `An answer is needed, but there is no terminal to ask on. Give ${flag}.`, {
        reason: message,
        next: [`Run the same command with ${flag}`],
        details: { flag },
      })
}
