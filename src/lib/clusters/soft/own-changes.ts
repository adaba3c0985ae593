import { UserError } from '../../core/errors.js'
import type { PlanResult } from '../../roots/plan-root.js'

type Planned = PlanResult['resources'][number]

const SOFT = 'module.soft_environments[0]'
const DATABASES = 'module.databases[0]'

/**
 * Parts a plan that takes a soft environment out of its host: what is its own, which goes, and what belongs to somebody else.
 * @param remaining names of the databases that the host keeps
 */
export function foreignLosses(plan: Pick<PlanResult, 'resources'>, name: string, remaining: readonly string[]): Planned[] {
  return losses(plan).filter(({ address }) => !isOwn(address, name, remaining))
}

export function losses({ resources }: Pick<PlanResult, 'resources'>): Planned[] {
  return resources.filter(({ actions }) => actions.includes('delete'))
}

function isOwn(address: string, name: string, remaining: readonly string[]): boolean {
  const key = /\["([^"]+)"\]$/.exec(address)?.[1]
  // Entries belong to principals; those that somebody else still needs are not in the plan.
  if (address.startsWith(`${SOFT}.`)) return !address.includes('.aws_kms_') || key === name
  if (address.startsWith(`${DATABASES}.`)) {
    if (remaining.length === 0) return true
    return key?.startsWith(`${name}-`) === true && !remaining.some((each) => key === each || key.startsWith(`${each}/`))
  }
  return address.startsWith('module.observability[0].') && key?.includes(`${name}-`) === true
}

/** The host's file has other changes that wait: they are not for this command to make. */
export function hostDiffers(host: string, name: string, foreign: readonly Planned[]): UserError {
  return new UserError(
    'DataLossRefused',
    `Taking ${name} out of ${host} would destroy something of ${host} or of a neighbour. Nothing was changed.`,
    {
      reason: foreign.map(({ address, actions }) => `${address} (${actions.join(', ')})`).join('\n'),
      next: [`Bring ${host} to what its file says first: platform env apply ${host}`],
      details: { addresses: foreign.map(({ address }) => address) },
    },
  )
}
