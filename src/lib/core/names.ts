import { distance } from 'fastest-levenshtein'
import { UserError } from './errors.js'

const NAME = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/

/** The naming rule in words, for messages. */
export const NAME_RULE = '2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash'

/** Whether `name` may name an environment, cluster or account (see `NAME_RULE`). */
export function isValidName(name: string): boolean {
  return NAME.test(name) && !name.includes('--')
}

/**
 * Throws `InvalidName` unless `name` follows the naming rule.
 * @param known names that there are already, one of which may be meant.
 */
export function assertName(what: string, name: string, known: Iterable<string> = []): void {
  if (isValidName(name)) return
  const near = nearest(name, known)
  const valid = nearestValidName(name)
  throw new UserError('InvalidName', `${JSON.stringify(name)} is not a valid name for ${what}.`, {
    reason: `Allowed: ${NAME_RULE}.`,
    next: [near === undefined ? `Choose a name of this form, such as ${valid ?? EXAMPLE_NAME}` : `Did you mean ${near}?`],
    details: { name, ...((near ?? valid) !== undefined && { nearest: near ?? valid }) },
  })
}

const EXAMPLE_NAME = 'team-a'

/** The valid name that looks most like `text`, or undefined when nothing is left of it. Never a name with a meaning of its own. */
export function nearestValidName(text: string): string | undefined {
  const name = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 32)
    .replace(/-$/, '')
  return isValidName(name) && name !== SHARED_NAME && !isReservedPlatformName(name) ? name : undefined
}

/** Name of what all environments share, in state, tags and names. */
export const SHARED_NAME = 'shared'

/** Throws `InvalidName` unless `name` may name an environment. */
export function assertEnvironmentName(name: string): void {
  assertName('an environment', name)
  if (name !== SHARED_NAME) return
  throw new UserError('InvalidName', 'An environment cannot be called shared.', {
    reason: 'It is the name of what all environments share.',
    next: ['Choose another name. For what is shared: platform shared apply'],
    details: { name },
  })
}

/** A platform's name goes into tags and bucket names, where AWS reserves `aws`. */
export function isReservedPlatformName(name: string): boolean {
  return name === 'aws' || name.startsWith('aws-')
}

/** How many slips of the pen lie between two words. Two neighbouring letters in the wrong order are one. */
function slips(a: string, b: string): number {
  let first = 0
  while (first < a.length && a[first] === b[first]) first += 1
  const swapped = `${a.slice(0, first)}${a[first + 1] ?? ''}${a[first] ?? ''}${a.slice(first + 2)}`
  return swapped !== a && swapped === b ? 1 : distance(a, b)
}

/** The candidate that `value` was most likely meant to be, or undefined when none is near. */
export function nearest(value: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; score: number } | undefined
  for (const candidate of candidates) {
    const score = slips(value.toLowerCase(), candidate.toLowerCase())
    if (!best || score < best.score) best = { candidate, score }
  }
  return best && best.score <= Math.max(1, Math.floor(value.length / 3)) ? best.candidate : undefined
}
