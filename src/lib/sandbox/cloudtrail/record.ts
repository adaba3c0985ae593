/** Who made a call (AWS CloudTrail User Guide, "CloudTrail userIdentity element"). */
export interface UserIdentity {
  type: 'Root' | 'IAMUser' | 'AssumedRole' | 'FederatedUser' | 'WebIdentityUser' | 'SAMLUser' | 'AWSService' | 'Unknown'
  principalId?: string
  arn?: string
  accountId?: string
  accessKeyId?: string
  userName?: string
  identityProvider?: string
  invokedBy?: string
  sessionContext?: {
    sessionIssuer?: { type: 'Role' | 'IAMUser' | 'Root'; principalId: string; arn: string; accountId: string; userName?: string }
    webIdFederationData?: { federatedProvider: string; attributes: Record<string, string> }
    attributes: { creationDate: string; mfaAuthenticated: 'true' | 'false' }
    sourceIdentity?: string
  }
}

export interface RecordResource {
  accountId?: string
  type: string
  ARN: string
}

export type EventCategory = 'Management' | 'Data'

/** One event as CloudTrail writes it (AWS CloudTrail User Guide, "CloudTrail record contents"). */
export interface TrailRecord {
  eventVersion: '1.11'
  userIdentity: UserIdentity
  /** Without fractions of a second. */
  eventTime: string
  eventSource: string
  eventName: string
  awsRegion: string
  sourceIPAddress: string
  userAgent: string
  errorCode?: string
  errorMessage?: string
  requestParameters: Record<string, unknown> | null
  responseElements: Record<string, unknown> | null
  requestID: string
  eventID: string
  readOnly: boolean
  resources?: RecordResource[]
  eventType: 'AwsApiCall' | 'AwsServiceEvent'
  managementEvent: boolean
  recipientAccountId: string
  eventCategory: EventCategory
  tlsDetails?: { clientProvidedHostHeader: string }
}
