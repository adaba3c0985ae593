/** Ways to install, in the order in which they are tried. */
export const installWays = ['download', 'go', 'cargo', 'pip', 'debian'] as const
export type InstallWay = (typeof installWays)[number]
export type ToolSource = 'path' | 'cache' | InstallWay

/**
 * A release archive and the file in which its publisher lists digests.
 * `{version}`, `{os}` (linux, darwin) and `{arch}` (amd64, arm64) are filled in.
 */
export interface DownloadRecipe {
  url: string
  /** A file in the format of `sha256sum`, or with the digest alone. */
  checksums: string
  /** `plain`: the download is the program itself. */
  format: 'zip' | 'tar.gz' | 'plain'
  /** Path of the program inside the archive. */
  member: string
  /** Bounds for the archive and for what comes out of it, in bytes. */
  maxArchiveBytes: number
  maxUnpackedBytes: number
}

/** `go install`, or a build in a copy of the module where its `replace` directives make `go install` refuse. */
export interface GoRecipe {
  module: string
  /** Folder of the main package inside the module. */
  package: string
  ldflags?: string
  /** Arguments of `go mod edit` that make the module buildable on its own. Present: build in a copy. */
  modEdits?: readonly string[]
}

/** What one build of a `GoModuleRecipe` makes. */
export interface GoProgram extends Pick<ToolSpec, 'name' | 'probe'> {
  /** Import path of the main package. */
  package: string
}

/**
 * A build of published modules that `go install` refuses because of their `replace` directives. The folder has a `go.mod`, which says
 * what they are replaced by, and a `go.sum` with the digest of everything that goes in.
 */
export interface GoModuleRecipe {
  /** Folder below `tools/go`. Builds of one folder wait for each other. */
  folder: string
  /** The tool, and others that one run builds with it. Each is named as the last part of its package when there are several. */
  programs: readonly GoProgram[]
  /** `{version}` is filled in. */
  ldflags: string
}

export interface CargoRecipe {
  crate: string
  env: Readonly<Record<string, string>>
}

export interface PipRecipe {
  /** Requirement without version. */
  requirement: string
}

/** Packages that are unpacked, not installed: no root, and nothing of the system changes. */
export interface DebianRecipe {
  /** The package with the program, then the libraries that a minimal Debian lacks. */
  packages: readonly string[]
  /** Path of the program inside the unpacked packages. */
  program: string
  /** Variables that point the program to its own files: paths inside the unpacked packages. */
  paths?: Readonly<Record<string, string>>
}

/** What there is to know about a program that platform calls. */
export interface ToolSpec {
  name: string
  /** What platform needs it for, as the end of a sentence. */
  purpose: string
  /**
   * always: nothing works without it. sandbox: only with target sandbox. choice: when platform.yaml names it.
   * command: some commands call it, and install it when they do. optional: platform never calls it.
   */
  need: 'always' | 'sandbox' | 'choice' | 'command' | 'optional'
  /** The supported versions (node-semver range). */
  range: string
  /** The version that platform installs. */
  version: string
  /** How the program tells its version. Without a pattern it is enough that it runs. */
  probe: { args: readonly string[]; pattern?: RegExp }
  install: {
    download?: DownloadRecipe
    go?: GoRecipe | GoModuleRecipe
    cargo?: CargoRecipe
    pip?: PipRecipe
    debian?: DebianRecipe
  }
  /** Compiled units of a build from source, so that progress can be shown as a share. */
  buildUnits?: number
  /** How long an install from source takes, in words. */
  buildTime?: string
  /** What a person can do without us. */
  byHand: readonly string[]
}

/** A program that was found, runs, and has a supported version. */
export interface ResolvedTool {
  name: string
  path: string
  version: string
  source: ToolSource
}

/** A program or a way that was looked at and not taken. */
export interface Rejection {
  source: ToolSource
  path?: string
  version?: string
  reason: string
}

/** Digest of a download, as kept in `platform.lock.json`. */
export interface ToolPin {
  version: string
  source: string
  sha256?: string
}

/** The repository's pins. Keys are `<tool>/<os>_<arch>`: each machine of a team downloads another archive. */
export interface ToolLock {
  known: Readonly<Record<string, ToolPin>>
  pin(key: string, pin: ToolPin): Promise<void>
}

export type Progress = (detail: string, count?: { done: number; total: number }) => void
