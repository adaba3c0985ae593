import type { GoProgram, ToolSpec } from './tool-spec.js'

const MIB = 1024 * 1024

/** One version for all programs of Kubernetes: `tools/go/kubernetes` builds them from one set of modules. */
const KUBERNETES_VERSION = '1.35.4'
const KUBERNETES_FLAGS =
  '-s -w -X k8s.io/component-base/version.gitVersion=v{version} -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=35'
const kubernetesProbe = { args: ['--version'], pattern: /^Kubernetes v(\S+)/m } as const

/** The server's programs share nearly all their code: the second and the third take seconds once the first is compiled. */
const controlPlane = [
  { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver', probe: kubernetesProbe },
  { name: 'kube-controller-manager', package: 'k8s.io/kubernetes/cmd/kube-controller-manager', probe: kubernetesProbe },
  { name: 'kube-scheduler', package: 'k8s.io/kubernetes/cmd/kube-scheduler', probe: kubernetesProbe },
] as const satisfies readonly GoProgram[]

const etcdProbe = { args: ['--version'], pattern: /etcd Version:\s*(\d\S*)/ } as const
const kubectlProbe = { args: ['version', '--client', '-o', 'json'], pattern: /"gitVersion":\s*"v([^"]+)"/ } as const

/** Kubernetes publishes each program on its own, with a digest beside it. */
function released(program: string) {
  const url = `https://dl.k8s.io/release/v{version}/bin/{os}/{arch}/${program}`
  return {
    url,
    checksums: `${url}.sha256`,
    format: 'plain',
    member: program,
    maxArchiveBytes: 250 * MIB,
    maxUnpackedBytes: 250 * MIB,
  } as const
}

function ofControlPlane<const Name extends (typeof controlPlane)[number]['name']>(name: Name, purpose: string) {
  return {
    name,
    purpose,
    need: 'command',
    range: '>=1.35.0 <1.36.0',
    version: KUBERNETES_VERSION,
    probe: kubernetesProbe,
    install: { download: released(name), go: { folder: 'kubernetes', programs: controlPlane, ldflags: KUBERNETES_FLAGS } },
    buildUnits: 2380,
    buildTime: 'about 6 minutes on two cores, once for all programs of the control plane',
    byHand: [`Put ${name} 1.35 on PATH: https://kubernetes.io/releases/download/#binaries`],
  } as const satisfies ToolSpec
}

/** The programs of a cluster in the sandbox. They are installed when the first cluster is asked for. */
export const clusterTools = {
  etcd: {
    name: 'etcd',
    purpose: 'keeps the objects of clusters in the sandbox',
    need: 'command',
    range: '>=3.6.0 <3.7.0',
    version: '3.6.5',
    probe: etcdProbe,
    install: {
      download: {
        url: 'https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-{os}-{arch}.tar.gz',
        checksums: 'https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS',
        format: 'tar.gz',
        member: 'etcd-v{version}-{os}-{arch}/etcd',
        maxArchiveBytes: 80 * MIB,
        maxUnpackedBytes: 250 * MIB,
      },
      go: { folder: 'etcd', programs: [{ name: 'etcd', package: 'go.etcd.io/etcd/server/v3', probe: etcdProbe }], ldflags: '-s -w' },
    },
    buildUnits: 566,
    buildTime: 'about half a minute',
    byHand: ['Install etcd 3.6: https://etcd.io/docs/v3.6/install/'],
  },

  'kube-apiserver': ofControlPlane('kube-apiserver', 'is the API of clusters in the sandbox'),
  'kube-controller-manager': ofControlPlane('kube-controller-manager', 'runs the controllers of clusters in the sandbox'),
  'kube-scheduler': ofControlPlane('kube-scheduler', 'gives pods of clusters in the sandbox their nodes'),

  kubectl: {
    name: 'kubectl',
    purpose: 'talks to clusters',
    need: 'command',
    // Supported are servers that are one minor version older or newer.
    range: '>=1.34.0 <1.37.0',
    version: KUBERNETES_VERSION,
    probe: kubectlProbe,
    install: {
      download: released('kubectl'),
      go: {
        folder: 'kubernetes',
        programs: [{ name: 'kubectl', package: 'k8s.io/kubernetes/cmd/kubectl', probe: kubectlProbe }],
        ldflags: KUBERNETES_FLAGS,
      },
    },
    buildUnits: 898,
    buildTime: 'about 2 minutes',
    byHand: ['Install kubectl 1.34 to 1.36: https://kubernetes.io/docs/tasks/tools/'],
  },

  kwok: {
    name: 'kwok',
    purpose: 'plays the nodes of clusters in the sandbox',
    need: 'command',
    range: '>=0.8.0 <0.9.0',
    version: '0.8.0',
    probe: { args: ['--version'], pattern: /^kwok version v(\S+)/m },
    // Its release page lists no digests, so there is no download: Go checks what it builds.
    install: { go: { module: 'sigs.k8s.io/kwok', package: './cmd/kwok', ldflags: '-s -w' } },
    buildUnits: 1200,
    buildTime: 'about a minute',
    byHand: ['Install KWOK 0.8: https://kwok.sigs.k8s.io/docs/user/installation/'],
  },
} as const satisfies Record<string, ToolSpec>
