import type { Addon, AddonRelease } from './catalogue-schema.js'
import { releasesOf } from './catalogue.js'

/** Whether a release runs on a Kubernetes minor version such as `1.35`. */
export function runsOn({ kubernetes: { from, to } }: Pick<AddonRelease, 'kubernetes'>, version: string): boolean {
  const minor = minorOf(version)
  return minorOf(from) <= minor && minor <= minorOf(to)
}

/** `1.32 to 1.35`. */
export function windowText({ kubernetes: { from, to } }: Pick<AddonRelease, 'kubernetes'>): string {
  return from === to ? from : `${from} to ${to}`
}

/** The versions of an add-on that run on this Kubernetes, newest first. */
export function fittingReleases(addon: Addon, kubernetesVersion: string): string[] {
  return releasesOf(addon)
    .filter((release) => runsOn(release, kubernetesVersion))
    .map(({ version }) => version)
}

/** What to say when a release does not run on a Kubernetes version: both ways out. */
export function outsideWindowText(addon: Addon, release: AddonRelease, kubernetesVersion: string): string {
  const fitting = fittingReleases(addon, kubernetesVersion)
  const others =
    fitting.length > 0
      ? `versions of the chart that fit ${kubernetesVersion}: ${fitting.join(', ')}`
      : `no version in the catalogue fits ${kubernetesVersion}`
  return `${addon.chart} ${release.version} runs on Kubernetes ${windowText(release)}, not on ${kubernetesVersion}; ${others}`
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}
