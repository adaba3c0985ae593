import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateClusterCommand,
  CreateNodegroupCommand,
  DescribeClusterCommand,
  waitUntilClusterActive,
  type Cluster,
} from '@aws-sdk/client-eks'
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam'
import type { Identity } from './kubectl.js'
import type { TestSandbox } from './sandbox.js'

const ADMIN = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'
const ACCOUNT = '000000000000'

/** Makes an EKS cluster in a sandbox, with one group of nodes, and waits for its API server. */
export async function createCluster(sandbox: TestSandbox, name: string, nodes = 3): Promise<Cluster> {
  const eks = await sandbox.clients().eks()
  const accessConfig = { authenticationMode: 'API' as const, bootstrapClusterCreatorAdminPermissions: false }
  const subnets = ['subnet-1', 'subnet-2']
  await eks.send(
    new CreateClusterCommand({
      name,
      version: '1.35',
      roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
      resourcesVpcConfig: { subnetIds: subnets },
      accessConfig,
    }),
  )
  await waitUntilClusterActive({ client: eks, maxWaitTime: 180, minDelay: 0.2, maxDelay: 0.2 }, { name })
  await eks.send(
    new CreateNodegroupCommand({
      clusterName: name,
      nodegroupName: 'general',
      subnets,
      nodeRole: `arn:aws:iam::${ACCOUNT}:role/node`,
      instanceTypes: ['m7i.xlarge'],
      scalingConfig: { minSize: 1, maxSize: 5, desiredSize: nodes },
    }),
  )
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }))
  if (!cluster) throw new Error(`no cluster ${name}`)
  return cluster
}

/** Lets a principal do everything in a cluster. */
export async function makeAdmin(sandbox: TestSandbox, clusterName: string, principalArn: string): Promise<void> {
  const eks = await sandbox.clients().eks()
  await eks.send(new CreateAccessEntryCommand({ clusterName, principalArn }))
  await eks.send(new AssociateAccessPolicyCommand({ clusterName, principalArn, policyArn: ADMIN, accessScope: { type: 'cluster' } }))
}

/** A new IAM user with an access key. */
export async function createUser(sandbox: TestSandbox, UserName: string): Promise<Identity & { arn: string }> {
  const iam = await sandbox.clients().iam()
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    arn: `arn:aws:iam::${ACCOUNT}:user/${UserName}`,
  }
}
