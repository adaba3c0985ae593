/** What a process of `platform` ends with. The numbers are a contract: scripts depend on them. */
export const ExitCode = {
  done: 0,
  failed: 1,
  /** Only `plan`, `drift` and `diff`. */
  changesFound: 2,
  /** Findings, or a policy that refused. */
  refused: 3,
  partOfFleetFailed: 4,
  wrongUse: 64,
  interrupted: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
