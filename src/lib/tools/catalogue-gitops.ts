import type { ToolSpec } from './tool-spec.js'

const MIB = 1024 * 1024

const argocdProbe = { args: ['version', '--client', '--short'], pattern: /^argocd: v(\d+\.\d+\.\d+)/m } as const
const HELM_VERSION = '3.22.0'
/** Published for each program beside it. */
const ARGOCD_RELEASE = 'https://github.com/argoproj/argo-cd/releases/download/v{version}'

/** The programs that run GitOps in the sandbox, and render charts. They are installed when somebody asks for a cluster or a chart. */
export const gitopsTools = {
  argocd: {
    name: 'argocd',
    purpose: 'is Argo CD of clusters in the sandbox',
    need: 'command',
    // The version of the chart that clusters get.
    range: '>=3.5.0 <3.6.0',
    version: '3.5.3',
    probe: argocdProbe,
    install: {
      // One program for the command line and for all servers.
      download: {
        url: `${ARGOCD_RELEASE}/argocd-{os}-{arch}`,
        checksums: `${ARGOCD_RELEASE}/cli_checksums.txt`,
        format: 'plain',
        member: 'argocd-{os}-{arch}',
        maxArchiveBytes: 400 * MIB,
        maxUnpackedBytes: 400 * MIB,
      },
      go: {
        folder: 'argocd',
        programs: [{ name: 'argocd', package: 'github.com/argoproj/argo-cd/v3/cmd', probe: argocdProbe }],
        ldflags: '-s -w -X github.com/argoproj/argo-cd/v3/common.version={version}',
      },
    },
    buildUnits: 2260,
    buildTime: 'about 5 minutes on two cores, once',
    byHand: ['Install Argo CD 3.5: https://argo-cd.readthedocs.io/en/stable/cli_installation/'],
  },

  helm: {
    name: 'helm',
    purpose: 'renders charts',
    need: 'command',
    range: '>=3.20.2 <4.0.0',
    version: HELM_VERSION,
    probe: { args: ['version', '--template', '{{.Version}}'], pattern: /^v(\d\S*)/m },
    install: {
      download: {
        url: 'https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz',
        checksums: 'https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz.sha256sum',
        format: 'tar.gz',
        member: '{os}-{arch}/helm',
        maxArchiveBytes: 80 * MIB,
        maxUnpackedBytes: 250 * MIB,
      },
      go: {
        module: 'helm.sh/helm/v3',
        package: './cmd/helm',
        ldflags: `-s -w -X helm.sh/helm/v3/internal/version.version=v${HELM_VERSION}`,
      },
    },
    buildUnits: 900,
    buildTime: 'about 2 minutes',
    byHand: ['Install Helm 3.20.2 or a later 3.x: https://helm.sh/docs/intro/install/'],
  },

  'redis-server': {
    name: 'redis-server',
    purpose: 'is the cache of Argo CD in the sandbox',
    need: 'command',
    range: '>=6.2.0',
    version: '7.0.15',
    probe: { args: ['--version'], pattern: /^Redis server v=(\S+)/m },
    install: {
      debian: {
        // The program itself lies in redis-tools; redis-server has the link to it.
        packages: ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1', 'libssl3', 'libsystemd0'],
        program: 'usr/bin/redis-server',
      },
    },
    byHand: ['Install Redis 6.2 or newer: https://redis.io/docs/latest/operate/oss_and_stack/install/'],
  },
} as const satisfies Record<string, ToolSpec>
