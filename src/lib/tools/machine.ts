/** Operating system and processor as Go, HashiCorp and most release pages name them. */
export interface Machine {
  os: string
  arch: string
}

const OS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' }
const ARCH: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' }

/** The machine we run on. */
export function thisMachine(): Machine {
  return { os: OS[process.platform] ?? process.platform, arch: ARCH[process.arch] ?? process.arch }
}

/** Fills `{version}`, `{os}` and `{arch}` in. */
export function fill(template: string, version: string, { os, arch }: Machine): string {
  return template.replaceAll('{version}', version).replaceAll('{os}', os).replaceAll('{arch}', arch)
}
