/** What stands where a secret stood. */
export const REDACTED = '(hidden)'

const SECRET_NAME = /(?:password|passwd|secret|token|private[_-]?key|credential|session[_-]?key)/i

/** Shapes of secrets that AWS, Git hosts and HTTP use. Access key ids alone are not secret, but show nothing useful either. */
const SECRET_TEXT: ReadonlyArray<[RegExp, string]> = [
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"']+/gi, `$1${REDACTED}`],
  [/\b(authorization:\s*)[^\r\n]+/gi, `$1${REDACTED}`],
  // ExpiredToken and InvalidToken are AWS's error codes, not names of values.
  [
    /\b(?!Expired|Invalid)([\w-]{0,64}(?:secret_access_key|session_token|password|passwd|secret|token)["']?\s*[=:]\s*)"[^"\r\n]*"/gi,
    `$1"${REDACTED}"`,
  ],
  [
    /\b(?!Expired|Invalid)([\w-]{0,64}(?:secret_access_key|session_token|password|passwd|secret|token)["']?\s*[=:]\s*["']?)[^\s"',}]+/gi,
    `$1${REDACTED}`,
  ],
  [/(\/\/[^/\s:@]+:)[^@\s/]+@/g, `$1${REDACTED}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, REDACTED],
]

/** Removes what looks like a secret from text that is about to be shown or kept, and each of `known` literally. */
export function redactText(text: string, known: Iterable<string> = []): string {
  let result = text
  for (const secret of known) {
    if (secret.length >= 6) result = result.replaceAll(secret, REDACTED)
  }
  for (const [pattern, replacement] of SECRET_TEXT) result = result.replace(pattern, replacement)
  return result
}

/** A copy of a JSON value with the values of secret-sounding fields replaced and strings passed through `redactText`. */
export function redactValue(value: unknown, known: Iterable<string> = []): unknown {
  const secrets = [...known]
  const visit = (node: unknown): unknown => {
    if (typeof node === 'string') return redactText(node, secrets)
    if (Array.isArray(node)) return node.map(visit)
    if (node === null || typeof node !== 'object') return node
    return Object.fromEntries(
      Object.entries(node).map(([key, child]) => [key, SECRET_NAME.test(key) && typeof child === 'string' ? REDACTED : visit(child)]),
    )
  }
  return visit(value)
}
