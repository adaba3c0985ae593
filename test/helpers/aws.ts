import type { AwsClients } from '../../src/lib/aws/clients.js'
import { sandboxFolders } from '../../src/lib/sandbox/folders.js'
import { readRecord } from '../../src/lib/sandbox/record.js'
import type { Repository } from './repository.js'
import { clientsAt } from './sandbox.js'

/** AWS clients for the sandbox of a repository, beside the tool under test. */
export async function clientsOf(repository: Repository): Promise<AwsClients> {
  const record = await readRecord(sandboxFolders(repository.directory).record)
  if (!record) throw new Error('The repository has no sandbox.')
  return clientsAt(record.endpoint)
}

/** NAT gateways that have not been deleted. */
export async function natGateways(clients: AwsClients): Promise<number> {
  const { DescribeNatGatewaysCommand } = await import('@aws-sdk/client-ec2')
  const { NatGateways } = await (await clients.ec2()).send(new DescribeNatGatewaysCommand({}))
  return (NatGateways ?? []).filter(({ State }) => State !== 'deleted').length
}

/** How often each `platform:resource` tag stands in EC2: everything should stand there once. */
export async function doubledResources(clients: AwsClients): Promise<string[]> {
  const { paginateDescribeTags } = await import('@aws-sdk/client-ec2')
  const counts = new Map<string, Set<string>>()
  for await (const page of paginateDescribeTags(
    { client: await clients.ec2() },
    { Filters: [{ Name: 'key', Values: ['platform:resource'] }] },
  )) {
    for (const { Value = '', ResourceId = '' } of page.Tags ?? []) counts.set(Value, (counts.get(Value) ?? new Set()).add(ResourceId))
  }
  return [...counts].filter(([, ids]) => ids.size > 1).map(([value]) => value)
}
