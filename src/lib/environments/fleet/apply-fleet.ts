import type { RootContext } from '../../roots/context.js'
import { refuseUnconfirmable } from '../../roots/confirmation.js'
import type { Root } from '../../roots/root.js'
import { applyAny } from '../apply-any.js'
import { membersOf, refuseSoft, wavesOf, type Selection } from './members.js'
import { fleetResult, type FleetMember, type FleetResult } from './result.js'
import { runFleet, type FleetOptions } from './run-fleet.js'
import { WaveConfirmation } from './wave-confirmation.js'

export interface ApplyFleetOptions extends Omit<FleetOptions, 'title'> {
  yes: boolean
  adopt: boolean
  allowReplace: readonly string[]
}

/**
 * Applies many roots, in the order in which they are built on each other. Each wave is planned, asked about once, and applied, so that
 * the next one is planned with what this one has made.
 * @throws `EnvironmentNotFound`; `ConfirmationNeeded` before anything is planned, where nobody can be asked
 */
export async function applyFleet(context: RootContext, selection: Selection, options: ApplyFleetOptions): Promise<FleetResult> {
  const startedAt = context.ports.clock.now().getTime()
  const { yes, adopt, allowReplace, ...fleet } = options
  refuseSoft(context.project, selection, (name) => [`platform env apply ${name}`])
  const waves = wavesOf(membersOf(context.project, selection))
  refuseUnconfirmable(context.ports, { yes, look: `platform env plan ${flagsOf(selection)}` })
  const questions = new Map(
    waves.flatMap((wave) => {
      const question = new WaveConfirmation(context.ports, wave.length)
      return wave.map(({ name }) => [name, question] as const)
    }),
  )
  const title = `Applying ${waves.flat().length}`
  const onSkipped = ({ name }: Root): void => questions.get(name)?.leave()
  const outcomes = await runFleet(context, waves, { ...fleet, title, onSkipped }, async ({ context: own, root, pause }) => {
    const question = questions.get(root.name)
    try {
      const value = await applyAny(own, root, {
        command: `env apply ${root.name}`,
        yes,
        wait: true,
        allowReplace,
        adopt,
        ...(!yes && question && { confirm: () => pause(() => question.arrive(root.name)) }),
      })
      const { add, change, destroy } = value.changes
      return { value, detail: value.status === 'unchanged' ? 'unchanged' : `${add} added, ${change} changed, ${destroy} destroyed` }
    } finally {
      question?.leave()
    }
  })
  return fleetResult(
    outcomes,
    ({ status, changes, runId }) => ({ status: status as FleetMember['status'], changes, runId }),
    context.ports.clock.now().getTime() - startedAt,
  )
}

function flagsOf(selection: Selection): string {
  return 'all' in selection ? '--all' : [...new Set(selection.names)].map((name) => `--environment ${name}`).join(' ')
}
