import { CreateRouteTableCommand, CreateVpcCommand } from '@aws-sdk/client-ec2'
import type { AwsClients } from '../../src/lib/aws/clients.js'
import { small } from '../e2e/modules/values.js'
import { ACCOUNT, REGION } from '../e2e/modules/workbench.js'

export const MANAGEMENT_CIDR = '10.9.0.0/16'

/** A network as the management environment would have made it: three private route tables, known by their tags. */
export async function managementNetwork(clients: AwsClients): Promise<string> {
  const ec2 = await clients.ec2()
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: MANAGEMENT_CIDR }))
  const vpcId = Vpc?.VpcId ?? ''
  for (const index of [0, 1, 2]) {
    const Tags = [{ Key: 'platform:resource', Value: `network/route-table/private/${index}` }]
    await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId, TagSpecifications: [{ ResourceType: 'route-table', Tags }] }))
  }
  return vpcId
}

/** An environment with everything that can be switched on. */
export function everything(managementVpc: string) {
  const relational = {
    version: '17',
    instance_class: 'db.t4g.medium',
    instances: 2,
    database_name: 'app',
    backup_retention_days: 1,
    final_snapshot: false,
  }
  const key = { name: 'id', type: 'S' }
  return {
    ...small,
    edge: {
      internal: false,
      allowed_cidrs: ['203.0.113.0/24'],
      certificate_arns: [] as string[],
      plain_http: true,
      target_groups: { web: { port: 8080, protocol: 'HTTP', weight: 1, health_path: '/' } } as Record<string, object>,
      access_log_retention_days: 7,
    },
    waf: {
      mode: 'block',
      rate_limit: 1000,
      allow_cidrs: [] as string[],
      block_cidrs: ['198.51.100.7/32'],
      counted_rules: {} as Record<string, string[]>,
      log_retention_days: 7,
    },
    databases: {
      orders: { engine: 'dynamodb', backup_retention_days: 35, final_snapshot: false, partition_key: key },
      shop: { ...relational, engine: 'postgresql' },
      sales: { ...relational, engine: 'aurora-postgresql' },
      cache: {
        engine: 'valkey',
        version: '8.2',
        instance_class: 'cache.t4g.micro',
        instances: 2,
        backup_retention_days: 3,
        final_snapshot: false,
      },
    },
    connectivity: { vpc_id: managementVpc, cidr: MANAGEMENT_CIDR, account_id: ACCOUNT, region: REGION, assume_role_arn: null },
    observability: { alarms: true, emails: ['oncall@example.com'], exporter: true, monthly_budget_usd: 100 },
  }
}
