import type { GitOpsSource } from '../environments/fleet/argocd-drift.js'
import type { ClusterContext } from '../clusters/find-cluster.js'

/** What the drift of an environment is compared with besides Terraform's state. Loaded when it is first needed. */
export function gitOpsSource(context: ClusterContext, roleArn?: string): GitOpsSource {
  return {
    applicationsOf: async (management) => {
      const { applicationsOf } = await import('../clusters/applications.js')
      return applicationsOf(context, management, roleArn)
    },
    folderChanged: async (folder, from, to) => {
      const { folderChanged } = await import('../git/git.js')
      return folderChanged(context.ports, context.project.directory, { folder, from, to })
    },
  }
}
