import type { ClusterContext } from '../clusters/find-cluster.js'
import { UserError } from '../core/errors.js'
import { REDACTED, redactValue } from '../core/redaction.js'
import type { GitOpsSource, ObjectChange } from '../environments/fleet/argocd-drift.js'

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
    changesOf: async ({ name }) => {
      // What platform's own applications are called.
      const [app, environment, ...more] = name.split('.')
      if (app === undefined || environment === undefined || more.length > 0) return []
      return changesIn(context, { app, environment }, roleArn)
    },
  }
}

/** That they differ is known already: what keeps us from saying how is no failure. */
async function changesIn(context: ClusterContext, place: { app: string; environment: string }, roleArn?: string): Promise<ObjectChange[]> {
  const { withApps } = await import('./app-context.js')
  const { diffApp } = await import('../apps/diff.js')
  try {
    const { differences } = await withApps(context, { roleArn }, async (apps) => diffApp(apps, place))
    return differences.map(({ object, path, git, cluster }) => ({
      object,
      attribute: path,
      before: shown(object, path, git),
      after: shown(object, path, cluster),
    }))
  } catch (error) {
    if (error instanceof UserError && !context.ports.signal.aborted) return []
    throw error
  }
}

function shown(object: string, path: string, value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (object.startsWith('Secret ') && path !== '') return REDACTED
  const name = path.split('.').at(-1) ?? ''
  return (redactValue({ [name]: value }) as Record<string, unknown>)[name]
}
