import type { AwsClients } from '../aws/clients.js'
import { readCluster } from '../aws/cluster.js'
import { readKeyHealth } from '../aws/key-health.js'
import type { Environment } from '../config/project.js'
import { UserError } from '../core/errors.js'

/**
 * Reads back from AWS what the environment promises: the cluster is active at its version, every key is enabled and rotates.
 * @throws `VerifyFailed` with everything that is not so.
 */
export async function verifyEnvironment(environment: Environment, clients: AwsClients, outputs: Record<string, unknown>): Promise<string> {
  const problems: string[] = []
  const cluster = await readCluster(clients, environment.cluster.name)
  if (cluster?.status !== 'ACTIVE') problems.push(`cluster ${environment.cluster.name} is ${cluster?.status ?? 'missing'}`)
  else if (cluster.version !== environment.cluster.kubernetesVersion) {
    problems.push(`cluster ${environment.cluster.name} runs Kubernetes ${cluster.version}, not ${environment.cluster.kubernetesVersion}`)
  }
  const keys = Object.entries(keyArns(outputs))
  if (keys.length === 0 && !environment.existing) problems.push('the output key_arns names no key')
  const health = await Promise.all(keys.map(([, arn]) => readKeyHealth(clients, arn)))
  for (const [index, { enabled, rotates }] of health.entries()) {
    const purpose = keys[index]?.[0] ?? ''
    if (!enabled) problems.push(`key ${purpose} is not enabled`)
    if (!rotates) problems.push(`key ${purpose} does not rotate`)
  }
  if (problems.length > 0) {
    throw new UserError('VerifyFailed', 'Terraform applied the plan, but AWS does not answer as expected.', {
      reason: problems.join('\n'),
      next: ['Run the same command again. If it stays so, somebody changes the environment outside of Terraform.'],
      details: { problems },
    })
  }
  if (environment.existing) return 'cluster active'
  return `cluster active, ${keys.length} keys enabled and rotating`
}

function keyArns(outputs: Record<string, unknown>): Record<string, string> {
  const value = outputs['key_arns']
  return typeof value === 'object' && value !== null ? (value as Record<string, string>) : {}
}
