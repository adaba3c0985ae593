import { UserError } from '../core/errors.js'
import type { Ports } from '../core/ports.js'
import type { Plan } from './planning.js'

/** Shows a plan as a person confirms it. */
export function reportPlan(ports: Pick<Ports, 'report'>, environment: string, { summary }: Plan): void {
  ports.report.emit({ type: 'plan-made', plan: { environment, changes: summary.changes, resources: summary.resources } })
}

/**
 * Asks whether to go on, unless `yes`.
 * @throws `NotConfirmed`; `ConfirmationNeeded` where nobody can be asked.
 */
export async function confirmPlan(ports: Pick<Ports, 'ask'>, options: { yes: boolean; question: string }): Promise<void> {
  if (options.yes) return
  if (!ports.ask.interactive) {
    throw new UserError('ConfirmationNeeded', 'The plan was not confirmed, and there is no terminal to ask. It was not applied.', {
      next: ['Run the command again with --yes.'],
    })
  }
  if (!(await ports.ask.confirm({ message: options.question, flag: '--yes' }))) {
    throw new UserError('NotConfirmed', 'Not confirmed. The plan was not applied.')
  }
}

/**
 * Refuses work that will have to be confirmed where nobody can be asked, before it is begun.
 * @param look the command that shows what would be done.
 * @throws `ConfirmationNeeded`
 */
export function refuseUnconfirmable(ports: Pick<Ports, 'ask'>, options: { yes: boolean; look: string }): void {
  if (options.yes || ports.ask.interactive) return
  throw new UserError('ConfirmationNeeded', 'Applying to many environments must be confirmed, and there is no terminal to ask.', {
    reason: 'Nothing was planned. Without a terminal, --yes confirms it.',
    next: ['Run the command again with --yes.', `See what would change: ${options.look}`],
    details: { flag: '--yes' },
  })
}

/**
 * Checks a name given by `--confirm` before any work is done. `--yes` does not replace it.
 * @throws `NotConfirmed`; `ConfirmationNeeded` where nothing was given and nobody can be asked.
 */
export function refuseWrongName(ports: Pick<Ports, 'ask'>, name: string, confirm: string | undefined): void {
  if (confirm === undefined && !ports.ask.interactive) {
    throw new UserError('ConfirmationNeeded', `Destroying ${name} must be confirmed by its name, and there is no terminal to ask.`, {
      next: [`Run the command again with --confirm ${name}.`],
    })
  }
  if (confirm !== undefined && confirm !== name) {
    throw new UserError('BadFlag', `--confirm is ${JSON.stringify(confirm)}, but the environment is ${name}. Nothing was changed.`, {
      next: [`--confirm ${name}`],
    })
  }
}

/** Has the environment's name typed, unless `--confirm` gave it. @throws `NotConfirmed` */
export async function confirmByName(ports: Pick<Ports, 'ask'>, name: string, confirm: string | undefined): Promise<void> {
  if (confirm !== undefined) return
  const typed = await ports.ask.input({ message: `Type the name of the environment to destroy it (${name})`, flag: '--confirm' })
  if (typed !== name) throw new UserError('NotConfirmed', `${JSON.stringify(typed)} is not ${name}. Nothing was destroyed.`)
}
