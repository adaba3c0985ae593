/** How many minor versions back the programs of Kubernetes can behave like (KEP-4330). */
const MOST_BACK = 3

/**
 * The version that the programs must emulate to be what a cluster says it is.
 * @param cluster version of the EKS cluster: `1.34`.
 * @param program version of the programs: `1.35.4`.
 * @returns undefined where they are of the same version, or where they cannot be it.
 */
export function emulatedVersion(cluster: string, program: string): string | undefined {
  const [wanted, real] = [minorOf(cluster), minorOf(program)]
  if (wanted === undefined || real === undefined || wanted >= real || real - wanted > MOST_BACK) return undefined
  return `1.${wanted}`
}

function minorOf(version: string): number | undefined {
  const minor = /^v?1\.(\d+)(?:\.|$)/.exec(version)?.[1]
  return minor === undefined ? undefined : Number(minor)
}
