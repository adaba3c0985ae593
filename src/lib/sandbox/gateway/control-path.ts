/** Everything below this path is for platform itself; no AWS service uses it. */
export const CONTROL_PREFIX = '/_platform/'
export const TOKEN_HEADER = 'x-platform-token'
