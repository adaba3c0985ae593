import type { AwsClients } from '../../aws/clients.js'
import type { LogEvent } from './log-batches.js'

/** CloudWatch Logs, as far as the logs of control planes need it. */
export interface LogStore {
  /** Adds events, making group and stream where they are missing, as EKS does. */
  put(region: string, group: string, stream: string, events: readonly LogEvent[]): Promise<void>
  /** The message of the last event, or undefined. */
  last(region: string, group: string, stream: string): Promise<string | undefined>
}

/** That of the emulator. */
export function emulatedLogs(clientsFor: (region: string) => Promise<AwsClients>): LogStore {
  return {
    async put(region, logGroupName, logStreamName, events) {
      const sdk = await import('@aws-sdk/client-cloudwatch-logs')
      const client = await (await clientsFor(region)).logs()
      const put = async (): Promise<unknown> =>
        client.send(new sdk.PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [...events] }))
      const unlessThere = (error: unknown): void => {
        if (!(error instanceof sdk.ResourceAlreadyExistsException)) throw error
      }
      try {
        await put()
      } catch (error) {
        if (!(error instanceof sdk.ResourceNotFoundException)) throw error
        await client.send(new sdk.CreateLogGroupCommand({ logGroupName })).catch(unlessThere)
        await client.send(new sdk.CreateLogStreamCommand({ logGroupName, logStreamName })).catch(unlessThere)
        await put()
      }
    },

    async last(region, logGroupName, logStreamName) {
      const { GetLogEventsCommand, ResourceNotFoundException } = await import('@aws-sdk/client-cloudwatch-logs')
      const client = await (await clientsFor(region)).logs()
      try {
        const { events } = await client.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 1, startFromHead: false }))
        return events?.at(-1)?.message
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined
        throw error
      }
    },
  }
}
