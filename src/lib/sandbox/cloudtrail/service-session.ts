import { randomUUID } from 'node:crypto'
import type { TrailRecord, UserIdentity } from './record.js'
import { HIDDEN } from './redact.js'
import { assumedRole, withoutFraction } from './sessions.js'

/** A role that a service of AWS has assumed. */
export interface ServiceSession {
  /** `scheduler.amazonaws.com` */
  service: string
  accountId: string
  region: string
  roleArn: string
  /** `AROA…` */
  roleId: string
  sessionName: string
  accessKeyId: string
  expiresAt: Date
  tags?: ReadonlyArray<{ key: string; value: string }>
}

/** Who the session is, and the record of that it was opened (AWS CloudTrail User Guide, "AWS service events"). */
export function serviceSession(session: ServiceSession, now: Date): { identity: UserIdentity; record: TrailRecord } {
  const { accessKeyId, accountId, expiresAt, region, roleArn, roleId, service, sessionName: roleSessionName, tags } = session
  const at = withoutFraction(now)
  const arn = `arn:aws:sts::${accountId}:assumed-role/${roleArn.split('/').at(-1) ?? ''}/${roleSessionName}`
  const principalId = `${roleId}:${roleSessionName}`
  const attributes = { creationDate: at, mfaAuthenticated: 'false' as const }
  const record: TrailRecord = {
    eventVersion: '1.11',
    userIdentity: { type: 'AWSService', invokedBy: service },
    eventTime: at,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: region,
    sourceIPAddress: service,
    userAgent: service,
    requestParameters: { roleArn, roleSessionName, ...(tags && { tags }) },
    responseElements: {
      credentials: { accessKeyId, sessionToken: HIDDEN, expiration: withoutFraction(expiresAt) },
      assumedRoleUser: { assumedRoleId: principalId, arn },
    },
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: true,
    resources: [{ accountId, type: 'AWS::IAM::Role', ARN: roleArn }],
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: accountId,
    eventCategory: 'Management',
  }
  return { identity: { ...assumedRole({ arn, principalId, roleArn, accountId, attributes }), accessKeyId }, record }
}
