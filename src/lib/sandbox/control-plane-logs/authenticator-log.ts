import type { TokenReview } from '../eks-access/reviews.js'

type Fields = Readonly<Record<string, string>>

/**
 * What aws-iam-authenticator writes of a review of a token (pkg/server/server.go): who STS said it is, and whether it was let in.
 * @param client address of the API server that asked.
 */
export function authenticatorLines({ status }: TokenReview, client: string, now: Date): string[] {
  const common = { client, method: 'POST', path: '/authenticate' }
  const user = status?.user
  if (!status?.authenticated || !user) {
    const error = status?.error ?? ''
    const [, reason = error, arn] = /^(ARN is not mapped): (.+)$/.exec(error) ?? []
    return [line(now, 'warning', 'access denied', { ...common, error: reason, ...(arn !== undefined && { arn }) })]
  }
  const extra = (name: string): string => user.extra?.[name]?.[0] ?? ''
  const [, accountid = ''] = (user.uid ?? '').split(':')
  const arn = extra('canonicalArn')
  return [
    line(now, 'info', 'STS response', {
      ...common,
      accesskeyid: extra('accessKeyId'),
      accountid,
      arn: extra('arn'),
      session: extra('sessionName'),
      userid: extra('principalId'),
    }),
    line(now, 'info', 'access granted', {
      ...common,
      arn,
      groups: `[${(user.groups ?? []).join(' ')}]`,
      uid: user.uid ?? '',
      username: user.username ?? '',
    }),
  ]
}

/** The text format of logrus: fields in the order of their names, quoted where they hold more than plain characters. */
function line(now: Date, level: string, msg: string, fields: Fields): string {
  const rest = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const time = now.toISOString().replace(/\.\d+/, '')
  return [`time="${time}"`, `level=${level}`, `msg=${quoted(msg)}`, ...rest.map(([name, value]) => `${name}=${quoted(value)}`)].join(' ')
}

function quoted(text: string): string {
  return /^[a-zA-Z0-9\-._/@^+]+$/.test(text) ? text : JSON.stringify(text)
}
