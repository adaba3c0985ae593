import type { AwsClients } from '../../aws/clients.js'
import type { TrailObject } from './log-files.js'
import type { TrailRecord } from './record.js'
import type { Trail } from './trails.js'

/** Where the records of a trail go. */
export interface TrailTargets {
  /** @param kmsKeyId undefined: with the keys of S3. */
  put(trail: Trail, object: TrailObject, kmsKeyId: string | undefined): Promise<void>
  log(trail: Trail, records: readonly TrailRecord[]): Promise<void>
  notify(trail: Trail, keys: readonly string[]): Promise<void>
}

/** The services of the emulator. */
export function emulatedTargets(accountId: string, clientsFor: (region: string) => Promise<AwsClients>): TrailTargets {
  return {
    async put({ bucket, homeRegion }, { body, key, metadata }, kmsKeyId) {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3')
      const encryption =
        kmsKeyId === undefined
          ? { ServerSideEncryption: 'AES256' as const }
          : { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKeyId }
      const content = { Body: body, ContentType: 'application/json', ContentEncoding: 'gzip' }
      const client = await (await clientsFor(homeRegion)).s3()
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, ...content, ...encryption, ...(metadata && { Metadata: metadata }) }),
      )
    },

    async log({ homeRegion, logGroupArn = '' }, records) {
      const logGroupName = /:log-group:([^:]+)/.exec(logGroupArn)?.[1]
      if (logGroupName === undefined) return
      const sdk = await import('@aws-sdk/client-cloudwatch-logs')
      const client = await (await clientsFor(homeRegion)).logs()
      const logStreamName = `${accountId}_CloudTrail_${homeRegion}`
      await client.send(new sdk.CreateLogStreamCommand({ logGroupName, logStreamName })).catch((error: unknown) => {
        if (!(error instanceof sdk.ResourceAlreadyExistsException)) throw error
      })
      const events = records.map((record) => ({ timestamp: Date.parse(record.eventTime), message: JSON.stringify(record) }))
      for (let index = 0; index < events.length; index += 500) {
        const logEvents = events.slice(index, index + 500).toSorted((a, b) => a.timestamp - b.timestamp)
        await client.send(new sdk.PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
      }
    },

    async notify({ bucket, homeRegion, topicArn }, keys) {
      if (topicArn === undefined) return
      const { PublishCommand } = await import('@aws-sdk/client-sns')
      const client = await (await clientsFor(homeRegion)).sns()
      await client.send(new PublishCommand({ TopicArn: topicArn, Message: JSON.stringify({ s3Bucket: bucket, s3ObjectKey: keys }) }))
    },
  }
}
