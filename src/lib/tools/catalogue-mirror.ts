import type { ToolSpec } from './tool-spec.js'

const REGCTL_VERSION = '0.11.7'

/** What carries images between registries and folders. It is installed when somebody mirrors. */
export const mirrorTools = {
  regctl: {
    name: 'regctl',
    purpose: 'copies container images into mirrors',
    need: 'command',
    range: '>=0.9.0 <1.0.0',
    version: REGCTL_VERSION,
    probe: { args: ['version', '--format', '{{.VCSTag}}'], pattern: /^v(\d\S*)/m },
    install: {
      // Its publisher lists no digests of the programs, so only the build from source is verified.
      go: { module: 'github.com/regclient/regclient', package: './cmd/regctl', ldflags: '-s -w' },
    },
    buildUnits: 250,
    buildTime: 'less than a minute',
    byHand: ['Install Go for a build from source, or regctl 0.9 or newer: https://regclient.org/install/'],
  },
} as const satisfies Record<string, ToolSpec>
