import { randomUUID } from 'node:crypto'
import type { EventKind } from './event-kinds.js'
import type { Exchange } from './exchange.js'
import { errorOf, requestIdOf, requestParametersOf, responseElementsOf } from './parameters.js'
import type { TrailRecord, UserIdentity } from './record.js'
import { recordResources } from './resources.js'
import { withoutFraction } from './sessions.js'

/** What CloudTrail writes of one call. */
export function makeRecord(exchange: Exchange, kind: EventKind, userIdentity: UserIdentity, accountId: string): TrailRecord {
  const { at, headers, sourceAddress } = exchange
  const requestParameters = requestParametersOf(exchange)
  const resources = recordResources(kind, requestParameters, accountId)
  const host = headers.host
  return {
    eventVersion: '1.11',
    userIdentity,
    eventTime: withoutFraction(at),
    eventSource: kind.source,
    eventName: kind.name,
    awsRegion: kind.region,
    // A service that acts for somebody is named instead of an address.
    sourceIPAddress: userIdentity.invokedBy ?? sourceAddress,
    userAgent: userIdentity.invokedBy ?? headers['user-agent'] ?? '',
    ...errorOf(exchange),
    requestParameters,
    responseElements: responseElementsOf(exchange, kind.readOnly),
    requestID: requestIdOf(exchange) ?? randomUUID(),
    eventID: randomUUID(),
    readOnly: kind.readOnly,
    ...(resources && { resources }),
    eventType: 'AwsApiCall',
    managementEvent: kind.category === 'Management',
    recipientAccountId: accountId,
    eventCategory: kind.category,
    ...(host !== undefined && userIdentity.invokedBy === undefined && { tlsDetails: { clientProvidedHostHeader: host } }),
  }
}
