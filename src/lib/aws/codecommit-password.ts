import { createHash, createHmac } from 'node:crypto'
import type { AwsCredentials } from '../core/target.js'

/** A repository of CodeCommit, as its address says it. */
export interface CodeCommitPlace {
  host: string
  region: string
  name: string
}

/** Source: AWS General Reference, "AWS CodeCommit endpoints": also the FIPS ones and those of China. */
const ADDRESS = /^https:\/\/(git-codecommit(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?)\/v1\/repos\/([\w.-]{1,100}?)\/?$/

/** @returns undefined when the address is of another place */
export function codeCommitPlace(url: string): CodeCommitPlace | undefined {
  const [, host, region, name] = ADDRESS.exec(url) ?? []
  return host !== undefined && region !== undefined && name !== undefined ? { host, region, name } : undefined
}

/**
 * User and password of Git for CodeCommit: an AWS identity that signs the address. CodeCommit takes it for 15 minutes.
 * The same as `aws codecommit credential-helper get` says.
 */
export function signCodeCommit(
  { host, region, name }: CodeCommitPlace,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  now: Date,
): { username: string; password: string } {
  const moment = now.toISOString().replace(/[-:]|\.\d+Z$/g, '')
  const date = moment.slice(0, 8)
  const request = `GIT\n/v1/repos/${name}\n\nhost:${host}\n\nhost\n`
  const toSign = [
    'AWS4-HMAC-SHA256',
    moment,
    `${date}/${region}/codecommit/aws4_request`,
    createHash('sha256').update(request).digest('hex'),
  ]
  const key = [date, region, 'codecommit', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretAccessKey}`,
  )
  const signature = createHmac('sha256', key).update(toSign.join('\n')).digest('hex')
  return { username: sessionToken === undefined ? accessKeyId : `${accessKeyId}%${sessionToken}`, password: `${moment}Z${signature}` }
}

/** Until when CodeCommit takes a password. Undefined: it is none of these. */
export function endOfPassword(password: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z[0-9a-f]{64}$/.exec(password) ?? []
  if (year === undefined) return undefined
  return new Date(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + 15 * 60_000)
}
