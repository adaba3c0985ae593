import { UserError } from '../../core/errors.js'
import { WayUnavailable } from './unavailable.js'

/**
 * The digest of `file` in a text written by `sha256sum`: one `<hex>  <name>` or `<hex> *<name>` a line, or nothing but the digest.
 * @throws `WayUnavailable` when the file is not listed.
 */
export function digestFor(text: string, file: string): string {
  const alone = /^[0-9a-f]{64}$/i.exec(text.trim())
  if (alone) return alone[0].toLowerCase()
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64})[ \t]+\*?(?:.*\/)?([^/\s]+)\s*$/i.exec(line)
    if (match?.[1] !== undefined && match[2] === file) return match[1].toLowerCase()
  }
  throw new WayUnavailable(`the publisher's checksum file does not list ${file}`)
}

/** @throws `ChecksumMismatch` */
export function assertDigest(what: string, actual: string, expected: string, expectedBy: string): void {
  if (actual === expected) return
  throw new UserError('ChecksumMismatch', `${what} is not what it should be. It was thrown away.`, {
    reason: `Its SHA-256 is ${actual}, but ${expectedBy} says ${expected}.`,
    next: [
      'Run the command again: the download may have been damaged.',
      'If it happens again, somebody may have changed the file on its way. Ask the publisher.',
    ],
    details: { actual, expected },
  })
}
