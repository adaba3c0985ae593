import type { Environment } from '../config/project.js'
import type { RootContext } from '../roots/context.js'

/** Says early that a cluster with a private endpoint only cannot be reached from a laptop outside the network. */
export function warnAboutEndpoint({ ports, target }: RootContext, environment: Environment): void {
  if (target.kind === 'sandbox' || environment.cluster.publicAccessCidrs.length > 0) return
  ports.report.emit({
    type: 'warning',
    message:
      `The Kubernetes API of ${environment.name} will only be reachable from inside its network. From outside: run platform in that network ` +
      `(CodeBuild, a bastion host), use a VPN or peering, or list your address range under cluster.publicAccessCidrs.`,
  })
}
