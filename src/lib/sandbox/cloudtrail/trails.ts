import type { Trail as SdkTrail } from '@aws-sdk/client-cloudtrail'
import type { AwsClients } from '../../aws/clients.js'
import type { Selection } from './selectors.js'

/** A trail of the emulator. */
export interface Trail extends Selection {
  name: string
  arn: string
  bucket: string
  prefix: string | undefined
  topicArn: string | undefined
  kmsKeyId: string | undefined
  logGroupArn: string | undefined
  /** Whether it wants digest files. */
  validates: boolean
  isLogging: boolean
}

/** The trails whose home is one of the regions. */
export async function trailsIn(regions: Iterable<string>, clientsFor: (region: string) => Promise<AwsClients>): Promise<Trail[]> {
  const trails = new Map<string, Trail>()
  for (const region of regions) {
    const { DescribeTrailsCommand } = await import('@aws-sdk/client-cloudtrail')
    const clients = await clientsFor(region)
    const { trailList = [] } = await (await clients.cloudTrail()).send(new DescribeTrailsCommand({ includeShadowTrails: false }))
    for (const trail of trailList) {
      if (trail.HomeRegion === region && trail.TrailARN !== undefined) trails.set(trail.TrailARN, await withState(trail, clients))
    }
  }
  return [...trails.values()]
}

async function withState(trail: SdkTrail, clients: AwsClients): Promise<Trail> {
  const { GetEventSelectorsCommand, GetTrailStatusCommand } = await import('@aws-sdk/client-cloudtrail')
  const client = await clients.cloudTrail()
  const [status, selectors] = await Promise.all([
    client.send(new GetTrailStatusCommand({ Name: trail.TrailARN })),
    client.send(new GetEventSelectorsCommand({ TrailName: trail.TrailARN })),
  ])
  return {
    name: trail.Name ?? '',
    arn: trail.TrailARN ?? '',
    bucket: trail.S3BucketName ?? '',
    prefix: trail.S3KeyPrefix,
    topicArn: trail.SnsTopicARN,
    kmsKeyId: trail.KmsKeyId,
    logGroupArn: trail.CloudWatchLogsLogGroupArn,
    validates: trail.LogFileValidationEnabled ?? false,
    isLogging: status.IsLogging ?? false,
    homeRegion: trail.HomeRegion ?? '',
    isMultiRegion: trail.IsMultiRegionTrail ?? false,
    includesGlobal: trail.IncludeGlobalServiceEvents ?? true,
    eventSelectors: selectors.EventSelectors ?? [],
    advancedSelectors: selectors.AdvancedEventSelectors ?? [],
  }
}
