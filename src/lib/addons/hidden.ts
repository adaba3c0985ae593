const HIDDEN = '(hidden)'
const SECRET_PATH = /^(?:data|stringData)(?:$|[.[])|last-applied-configuration/

/** Takes the content out of what differs in a Secret. That it differs, and in which key, stays. */
export function hideSecret(kind: string, path: string, value: unknown): unknown {
  return kind === 'Secret' && value !== undefined && SECRET_PATH.test(path) ? HIDDEN : value
}
