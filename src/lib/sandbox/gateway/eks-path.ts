/** The cluster named by a path such as `/clusters/dev/addons`, or undefined. */
export function clusterOfPath(path: string): string | undefined {
  return /^\/clusters\/([^/]+)/.exec(path)?.[1]
}
