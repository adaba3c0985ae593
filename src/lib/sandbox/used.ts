import type { Project } from '../config/project.js'
import { UserError } from '../core/errors.js'

/**
 * Where the sandbox of a repository is, its region, and whether its EKS clusters are to have a Kubernetes of their own.
 * @throws `SandboxNotUsed` when the repository works on real AWS.
 */
export function sandboxOf(project: Project): { directory: string; region: string; kubernetes: boolean } {
  const { directory, platform } = project
  if (platform.target === 'sandbox') return { directory, region: platform.region, kubernetes: platform.sandbox.kubernetes }
  throw new UserError('SandboxNotUsed', 'This repository works on real AWS, so it has no local one.', {
    reason: 'platform.yaml says target: aws.',
    next: ['To try things out, make another repository: platform init NAME --target sandbox'],
  })
}
