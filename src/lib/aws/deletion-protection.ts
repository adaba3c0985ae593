import type { AwsClients } from './clients.js'
import { explainAwsError } from './explain-error.js'

type Clients = Pick<AwsClients, 'loadBalancers' | 'rds' | 'dynamoDb'>

/** How AWS keeps one kind of resource from being deleted. */
interface Guard {
  /** Attribute of the Terraform resource that names it in AWS. */
  id: string
  isOn(clients: Clients, id: string): Promise<boolean>
  switchOff(clients: Clients, id: string): Promise<void>
  /** Name of AWS's error for what does not exist. */
  missing: string
}

const BALANCER_ATTRIBUTE = 'deletion_protection.enabled'

/**
 * By Terraform type: all that AWS itself refuses to delete while this is on, beside clusters. Caches and web ACLs have nothing like it.
 * Sources: API references of Elastic Load Balancing (2015-12-01), Amazon RDS and Amazon DynamoDB.
 */
const guards: Readonly<Record<string, Guard>> = {
  aws_lb: {
    id: 'arn',
    missing: 'LoadBalancerNotFoundException',
    isOn: async (clients, LoadBalancerArn) => {
      const { DescribeLoadBalancerAttributesCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
      const client = await clients.loadBalancers()
      const { Attributes = [] } = await client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }))
      return Attributes.some(({ Key, Value }) => Key === BALANCER_ATTRIBUTE && Value === 'true')
    },
    switchOff: async (clients, LoadBalancerArn) => {
      const { ModifyLoadBalancerAttributesCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2')
      const Attributes = [{ Key: BALANCER_ATTRIBUTE, Value: 'false' }]
      await (await clients.loadBalancers()).send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }))
    },
  },
  // Takes effect at once; ApplyImmediately would also carry out what waits for the maintenance window.
  aws_db_instance: {
    id: 'identifier',
    missing: 'DBInstanceNotFoundFault',
    isOn: async (clients, DBInstanceIdentifier) => {
      const { DescribeDBInstancesCommand } = await import('@aws-sdk/client-rds')
      const { DBInstances = [] } = await (await clients.rds()).send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))
      return DBInstances.some(({ DeletionProtection }) => DeletionProtection === true)
    },
    switchOff: async (clients, DBInstanceIdentifier) => {
      const { ModifyDBInstanceCommand } = await import('@aws-sdk/client-rds')
      await (await clients.rds()).send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: false }))
    },
  },
  aws_rds_cluster: {
    id: 'cluster_identifier',
    missing: 'DBClusterNotFoundFault',
    isOn: async (clients, DBClusterIdentifier) => {
      const { DescribeDBClustersCommand } = await import('@aws-sdk/client-rds')
      const { DBClusters = [] } = await (await clients.rds()).send(new DescribeDBClustersCommand({ DBClusterIdentifier }))
      return DBClusters.some(({ DeletionProtection }) => DeletionProtection === true)
    },
    switchOff: async (clients, DBClusterIdentifier) => {
      const { ModifyDBClusterCommand } = await import('@aws-sdk/client-rds')
      await (await clients.rds()).send(new ModifyDBClusterCommand({ DBClusterIdentifier, DeletionProtection: false }))
    },
  },
  aws_dynamodb_table: {
    id: 'name',
    missing: 'ResourceNotFoundException',
    isOn: async (clients, TableName) => {
      const { DescribeTableCommand } = await import('@aws-sdk/client-dynamodb')
      const { Table } = await (await clients.dynamoDb()).send(new DescribeTableCommand({ TableName }))
      return Table?.DeletionProtectionEnabled === true
    },
    switchOff: async (clients, TableName) => {
      const { UpdateTableCommand } = await import('@aws-sdk/client-dynamodb')
      await (await clients.dynamoDb()).send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }))
    },
  },
}

/** Terraform types of what can be protected. */
export const protectableTypes = Object.keys(guards)

/** One resource that AWS may refuse to delete. */
export interface Protectable {
  address: string
  type: string
  /** What the state knows of it. */
  values: Record<string, unknown>
}

/** Which of them AWS refuses to delete now. What does not exist any more is not among them. */
export async function stillProtected(clients: Clients, resources: readonly Protectable[]): Promise<Protectable[]> {
  const on = await Promise.all(
    resources.map(async ({ type, values }) => {
      const guard = guardOf(type)
      const id = String(values[guard.id])
      try {
        return await guard.isOn(clients, id)
      } catch (error) {
        if (error instanceof Error && error.name === guard.missing) return false
        throw explainAwsError(error, `read the deletion protection of ${id}`)
      }
    }),
  )
  return resources.filter((_, index) => on[index])
}

/** Lets AWS delete it. */
export async function switchProtectionOff(clients: Clients, { type, values }: Protectable): Promise<void> {
  const guard = guardOf(type)
  const id = String(values[guard.id])
  try {
    await guard.switchOff(clients, id)
  } catch (error) {
    throw explainAwsError(error, `switch off the deletion protection of ${id}`)
  }
}

function guardOf(type: string): Guard {
  const guard = guards[type]
  if (!guard) throw new Error(`${type} has no deletion protection`)
  return guard
}
