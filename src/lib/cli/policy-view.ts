import { endedText, type PolicyFinding, type PolicyResult } from '../policy/check.js'

/** A finding for people: what, where, why, and how to mend it. */
export function findingText({ rule, severity, address, message, fix, exception }: PolicyFinding): string {
  const head = exception ? `excepted until ${exception.until}` : severity
  const lines = [`${head}  ${rule}  ${address}`, message, ...(fix === '' ? [] : [`Mend: ${fix}`])]
  if (exception) lines.push(`${exception.owner}: ${exception.reason}`)
  return lines.join('\n      ')
}

/** What is worth knowing besides the findings. */
export function policyNotes({ endedExceptions, unusedExceptions }: PolicyResult): string[] {
  return [
    ...endedExceptions.map(endedText),
    ...unusedExceptions.map(
      ({ rule, address, owner }) => `The exception of ${owner} for ${rule} at ${address} is not needed by this plan.`,
    ),
  ]
}
