import type { Environment, Project } from '../config/project.js'
import type { Ports } from '../core/ports.js'
import type { AwsConnection, AwsTarget } from '../core/target.js'
import { unknownEnvironment } from '../roots/select.js'
import { type TokenRequest, tokenRequest } from './token-request.js'

export interface ClusterContext {
  ports: Ports
  project: Project
  target: AwsTarget
}

export interface ClusterPlace {
  environment: Environment
  connection: AwsConnection
}

/**
 * The cluster of an environment, by the environment's name or its own, and how to reach its account.
 * @throws `EnvironmentNotFound`, `InvalidName`
 */
export async function findCluster({ project, target }: Omit<ClusterContext, 'ports'>, name: string): Promise<ClusterPlace> {
  const { environments } = project
  const environment = environments.get(name) ?? [...environments.values()].find(({ cluster }) => cluster.name === name)
  if (!environment) throw unknownEnvironment(project, name)
  await target.prepare()
  return { environment, connection: await target.connect(environment.account, environment.region) }
}

/**
 * What a token for this cluster depends on: without a role of its own it is signed under that of the account, also in a sandbox, where
 * AWS itself is called without one: no cluster lets the root user in.
 */
export function requestFor({ environment, connection }: ClusterPlace, roleArn = environment.account.roleArn): TokenRequest {
  return tokenRequest(environment.cluster.name, environment.region, { roleArn, endpoint: connection.endpoint })
}
