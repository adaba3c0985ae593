/** The newest Kubernetes version of the emulator's own catalogue: newer ones borrow its add-ons. */
export const NEWEST_IN_EMULATOR = '1.34'

export interface NewerVersion {
  version: string
  patch: string
  released: string
  standardUntil: string
  extendedUntil: string
}

/** Kubernetes versions that AWS offers and the emulator does not know (Amazon EKS User Guide, "Kubernetes release calendar"). */
export const newerVersions: readonly NewerVersion[] = [
  { version: '1.35', patch: '1.35.4', released: '2026-01-27', standardUntil: '2027-03-27', extendedUntil: '2028-03-27' },
  { version: '1.36', patch: '1.36.1', released: '2026-06-02', standardUntil: '2027-08-02', extendedUntil: '2028-08-02' },
]

/** Whether a version is one that the emulator's catalogue lacks. */
export function isNewer(version: string | undefined | null): version is string {
  return newerVersions.some((newer) => newer.version === version)
}
