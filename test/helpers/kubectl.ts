import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import type { DescribeClusterCommandOutput } from '@aws-sdk/client-eks'

export interface Identity {
  accessKeyId: string
  secretAccessKey: string
}

export interface Outcome {
  exitCode: number | undefined
  /** Both streams. */
  output: string
  stdout: string
}

/** kubectl, as somebody whose token the aws CLI signs for a cluster. */
export function kubectlAs(kubectl: string, folder: string, endpoint: string, region: string) {
  return async (
    cluster: NonNullable<DescribeClusterCommandOutput['cluster']>,
    identity: Identity,
    args: readonly string[],
    input?: string,
  ): Promise<Outcome> => {
    const file = path.join(folder, `${cluster.name ?? ''}.kubeconfig`)
    await writeFile(file, JSON.stringify(kubeconfigOf(cluster, region)))
    const { all, exitCode, stdout } = await execa(kubectl, ['--kubeconfig', file, '--cache-dir', path.join(folder, 'cache'), ...args], {
      all: true,
      reject: false,
      extendEnv: false,
      ...(input !== undefined && { input }),
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        AWS_ACCESS_KEY_ID: identity.accessKeyId,
        AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
      },
    })
    return { exitCode, output: all, stdout }
  }
}

function kubeconfigOf({ certificateAuthority, endpoint, name = '' }: NonNullable<DescribeClusterCommandOutput['cluster']>, region: string) {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1beta1',
    command: 'aws',
    args: ['eks', 'get-token', '--cluster-name', name, '--region', region, '--output', 'json'],
    interactiveMode: 'Never',
  }
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority?.data } }],
    users: [{ name, user: { exec } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  }
}

/** Memory of a process that it shares with nobody, plus its part of what is shared (proc_pid_smaps(5)), in MB. */
export async function proportionalMemory(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024
}
