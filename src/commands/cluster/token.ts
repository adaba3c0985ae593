import { Flags } from '@oclif/core'
import { PlatformCommand } from '../../lib/cli/base-command.js'
import { clusterFlag, endpointFlag, regionFlag, roleFlag } from '../../lib/cli/cluster-flags.js'
import type { ExecCredential } from '../../lib/clusters/exec-credential.js'
import type { TokenRequest } from '../../lib/clusters/token-request.js'
import { UserError } from '../../lib/core/errors.js'

export default class ClusterToken extends PlatformCommand<typeof ClusterToken> {
  static override summary = 'Print the token with which kubectl calls a cluster.'
  static override description = `kubectl runs this by itself, from the entry that "cluster kubeconfig" writes. The token is valid for 15 minutes and kept in your
cache folder, readable by you alone. A role is assumed under the name of whoever calls, so that audit logs name a person.
With --region nothing of a repository is read: --cluster is the name of an EKS cluster then.`
  static override examples = [
    { description: 'Of an environment of this repository', command: '<%= config.bin %> <%= command.id %> --cluster dev' },
    { description: 'Anywhere', command: '<%= config.bin %> <%= command.id %> --cluster acme-dev --region eu-west-1' },
    {
      description: 'Under a role',
      command:
        '<%= config.bin %> <%= command.id %> --cluster acme-dev --region eu-west-1 --role-arn arn:aws:iam::111122223333:role/developers',
    },
  ]
  static override flags = {
    cluster: clusterFlag({ summary: 'Name of the EKS cluster, or of an environment.', required: true, helpValue: '<name>' }),
    region: regionFlag({ summary: 'Region of the cluster. Without it the repository says where it is.', helpValue: '<region>' }),
    'role-arn': roleFlag({ summary: 'Role to assume. Default with an environment: that of its account.', helpValue: '<arn>' }),
    profile: Flags.string({
      summary: 'Profile of the AWS configuration files. Default: AWS_PROFILE, as for every AWS tool.',
      dependsOn: ['region'],
      helpValue: '<name>',
    }),
    'endpoint-url': endpointFlag({
      summary: 'URL of a sandbox, which is called with its own keys unless there is a --profile.',
      dependsOn: ['region'],
      helpValue: '<url>',
    }),
  }

  async run(): Promise<ExecCredential> {
    const { clusterToken } = await import('../../lib/clusters/token.js')
    const credential = await clusterToken(this.ports, await this.#request())
    this.print(JSON.stringify(credential))
    return credential
  }

  async #request(): Promise<TokenRequest> {
    const { cluster, region, 'role-arn': roleArn, profile, 'endpoint-url': endpoint } = this.flags
    if (region !== undefined) {
      const { tokenRequest } = await import('../../lib/clusters/token-request.js')
      return tokenRequest(cluster, region, { roleArn, profile, endpoint })
    }
    const { findCluster, requestFor } = await import('../../lib/clusters/find-cluster.js')
    return requestFor(await findCluster({ project: await this.#ownProject(), target: await this.target() }, cluster), roleArn)
  }

  async #ownProject() {
    try {
      return await this.project()
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'NotARepository') throw error
      throw new UserError('BadFlag', 'Outside of a repository, --region is needed.', {
        reason: error.message,
        next: [`platform cluster token --cluster ${this.flags.cluster} --region REGION`],
      })
    }
  }
}
