import { actionOfRoute, type Route } from './rest-routes.js'

/** Operations of the EKS API that the sandbox tells apart (Amazon EKS API Reference, "Actions"). */
const ROUTES: readonly Route[] = [
  ['POST', '/clusters', 'CreateCluster'],
  ['GET', '/clusters', 'ListClusters'],
  ['GET', '/clusters/*', 'DescribeCluster'],
  ['DELETE', '/clusters/*', 'DeleteCluster'],
  ['POST', '/clusters/*/update-config', 'UpdateClusterConfig'],
  ['POST', '/clusters/*/updates', 'UpdateClusterVersion'],
  ['GET', '/clusters/*/updates', 'ListUpdates'],
  ['GET', '/clusters/*/updates/*', 'DescribeUpdate'],
  ['POST', '/clusters/*/node-groups', 'CreateNodegroup'],
  ['GET', '/clusters/*/node-groups', 'ListNodegroups'],
  ['GET', '/clusters/*/node-groups/*', 'DescribeNodegroup'],
  ['DELETE', '/clusters/*/node-groups/*', 'DeleteNodegroup'],
  ['POST', '/clusters/*/node-groups/*/update-config', 'UpdateNodegroupConfig'],
  ['POST', '/clusters/*/node-groups/*/update-version', 'UpdateNodegroupVersion'],
  ['POST', '/clusters/*/addons', 'CreateAddon'],
  ['GET', '/clusters/*/addons', 'ListAddons'],
  ['GET', '/clusters/*/addons/*', 'DescribeAddon'],
  ['DELETE', '/clusters/*/addons/*', 'DeleteAddon'],
  ['POST', '/clusters/*/addons/*/update', 'UpdateAddon'],
  ['GET', '/addons/supported-versions', 'DescribeAddonVersions'],
  ['GET', '/addons/configuration-schemas', 'DescribeAddonConfiguration'],
  ['GET', '/cluster-versions', 'DescribeClusterVersions'],
  ['POST', '/clusters/*/access-entries', 'CreateAccessEntry'],
  ['GET', '/clusters/*/access-entries', 'ListAccessEntries'],
  ['POST', '/clusters/*/pod-identity-associations', 'CreatePodIdentityAssociation'],
  ['GET', '/clusters/*/pod-identity-associations', 'ListPodIdentityAssociations'],
]

/** The EKS operation of a method and decoded path, or undefined when it is none of those above. */
export function eksAction(method: string, path: string): string | undefined {
  return actionOfRoute(ROUTES, method, path)
}

/** The cluster named by a path such as `/clusters/dev/addons`, or undefined. */
export function clusterOfPath(path: string): string | undefined {
  return /^\/clusters\/([^/]+)/.exec(path)?.[1]
}
