import { clusterTools } from './catalogue-cluster.js'
import { gitopsTools } from './catalogue-gitops.js'
import { mirrorTools } from './catalogue-mirror.js'
import { monitoringTools } from './catalogue-monitoring.js'
import type { DownloadRecipe, ToolSpec } from './tool-spec.js'

const MIB = 1024 * 1024

/** Every program that platform calls or knows how to install. */
export const catalogue = {
  terraform: {
    name: 'terraform',
    purpose: 'plans and applies the infrastructure',
    need: 'always',
    range: '>=1.11.0 <2.0.0',
    version: '1.11.4',
    probe: { args: ['version', '-json'], pattern: /"terraform_version":\s*"([^"]+)"/ },
    install: {
      download: {
        url: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_{os}_{arch}.zip',
        checksums: 'https://releases.hashicorp.com/terraform/{version}/terraform_{version}_SHA256SUMS',
        format: 'zip',
        member: 'terraform',
        maxArchiveBytes: 120 * MIB,
        maxUnpackedBytes: 400 * MIB,
      },
      go: {
        module: 'github.com/hashicorp/terraform',
        package: '.',
        ldflags: '-s -w -X github.com/hashicorp/terraform/version.dev=no',
        // Its own sub-modules are replaced by folders that the published module leaves out; these are their published versions of the same commit.
        modEdits: [
          '-dropgodebug=tlskyber',
          ...[
            'internal/backend/remote-state/azure',
            'internal/backend/remote-state/consul',
            'internal/backend/remote-state/cos',
            'internal/backend/remote-state/gcs',
            'internal/backend/remote-state/kubernetes',
            'internal/backend/remote-state/oss',
            'internal/backend/remote-state/pg',
            'internal/backend/remote-state/s3',
            'internal/legacy',
          ].map(
            (folder) =>
              `-replace=github.com/hashicorp/terraform/${folder}=github.com/hashicorp/terraform/${folder}@v0.0.0-20250409131005-35645b8fca68`,
          ),
        ],
      },
    },
    buildUnits: 1463,
    buildTime: 'about 3 minutes',
    byHand: ['Install Terraform 1.11 or newer: https://developer.hashicorp.com/terraform/install'],
  },

  tofu: {
    name: 'tofu',
    purpose: 'does the work of Terraform where platform.yaml says so',
    need: 'choice',
    range: '>=1.11.0 <2.0.0',
    version: '1.12.6',
    probe: { args: ['version', '-json'], pattern: /"terraform_version":\s*"([^"]+)"/ },
    install: {
      download: {
        url: 'https://github.com/opentofu/opentofu/releases/download/v{version}/tofu_{version}_{os}_{arch}.zip',
        checksums: 'https://github.com/opentofu/opentofu/releases/download/v{version}/tofu_{version}_SHA256SUMS',
        format: 'zip',
        member: 'tofu',
        maxArchiveBytes: 120 * MIB,
        maxUnpackedBytes: 400 * MIB,
      },
      go: {
        module: 'github.com/opentofu/opentofu',
        package: './cmd/tofu',
        ldflags: '-s -w -X github.com/opentofu/opentofu/version.dev=no',
        modEdits: [],
      },
    },
    buildUnits: 1500,
    buildTime: 'about 3 minutes',
    byHand: ['Install OpenTofu 1.11 or newer: https://opentofu.org/docs/intro/install/'],
  },

  fakecloud: {
    name: 'fakecloud',
    purpose: 'is the AWS of the sandbox',
    need: 'sandbox',
    // The sandbox's mends are written against this one version.
    range: '0.51.0',
    version: '0.51.0',
    probe: { args: ['--version'], pattern: /fakecloud\s+v?(\d\S*)/ },
    install: {
      download: {
        url: 'https://github.com/faiscadev/fakecloud/releases/download/v{version}/fakecloud-v{version}-{os}-{arch}.tar.gz',
        checksums: 'https://github.com/faiscadev/fakecloud/releases/download/v{version}/fakecloud-v{version}-{os}-{arch}.tar.gz.sha256',
        format: 'tar.gz',
        member: 'fakecloud-v{version}-{os}-{arch}/fakecloud',
        maxArchiveBytes: 250 * MIB,
        maxUnpackedBytes: 800 * MIB,
      },
      cargo: {
        crate: 'fakecloud',
        // A quick build: 7 minutes instead of 27, and an emulator on one laptop is as fast either way.
        env: {
          CARGO_PROFILE_RELEASE_OPT_LEVEL: '0',
          CARGO_PROFILE_RELEASE_LTO: 'off',
          CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '256',
          CARGO_PROFILE_RELEASE_DEBUG: '0',
        },
      },
    },
    buildUnits: 657,
    buildTime: 'about 7 minutes on two cores, once',
    byHand: ['Install Rust 1.94 or newer (https://rustup.rs) and run: cargo install --locked fakecloud --version 0.51.0'],
  },

  opa: {
    name: 'opa',
    purpose: 'evaluates the rules of policy check',
    need: 'command',
    range: '>=1.4.0 <2.0.0',
    version: '1.22.2',
    probe: { args: ['version'], pattern: /^Version:\s*(\d\S*)/m },
    install: {
      download: {
        url: 'https://github.com/open-policy-agent/opa/releases/download/v{version}/opa_{os}_{arch}_static',
        checksums: 'https://github.com/open-policy-agent/opa/releases/download/v{version}/opa_{os}_{arch}_static.sha256',
        format: 'plain',
        member: 'opa_{os}_{arch}_static',
        maxArchiveBytes: 200 * MIB,
        maxUnpackedBytes: 200 * MIB,
      },
      go: { module: 'github.com/open-policy-agent/opa', package: '.', ldflags: '-s -w' },
    },
    buildUnits: 768,
    buildTime: 'about 2 minutes',
    byHand: ['Install Open Policy Agent 1.4 or newer: https://www.openpolicyagent.org/docs#running-opa'],
  },

  ...clusterTools,

  ...gitopsTools,
  ...monitoringTools,
  ...mirrorTools,

  git: {
    name: 'git',
    purpose: 'makes and reads the repository',
    need: 'always',
    range: '>=2.28.0',
    version: '2.39.5',
    probe: { args: ['--version'], pattern: /git version (\d+\.\d+(?:\.\d+)?)/ },
    install: {
      debian: {
        packages: ['git', 'libpcre2-8-0', 'zlib1g'],
        program: 'usr/bin/git',
        paths: { GIT_EXEC_PATH: 'usr/lib/git-core', GIT_TEMPLATE_DIR: 'usr/share/git-core/templates' },
      },
    },
    byHand: ['Install Git 2.28 or newer: https://git-scm.com/downloads'],
  },

  aws: {
    name: 'aws',
    purpose: 'is handy to look at what was created',
    need: 'optional',
    range: '>=1.29.0',
    version: '1.45.11',
    probe: { args: ['--version'], pattern: /aws-cli\/(\S+)/ },
    install: { pip: { requirement: 'awscli' } },
    byHand: ['Install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html'],
  },

  moto_server: {
    name: 'moto_server',
    purpose: 'can stand in for single services of the sandbox',
    need: 'optional',
    range: '>=5.0.0',
    version: '5.2.1',
    probe: { args: ['--help'] },
    install: { pip: { requirement: 'moto[server]' } },
    byHand: ['python3 -m pip install "moto[server]"'],
  },
} as const satisfies Record<string, ToolSpec>

export type ToolName = keyof typeof catalogue

/** The tools in the order in which they are listed. */
export const toolNames = Object.keys(catalogue) as ToolName[]

/** The Terraform AWS provider: not a program of its own, so it has its own ways (`provider-mirror.ts`). */
export const awsProvider = {
  source: 'hashicorp/aws',
  /** 6.x is allowed by the modules' constraint but is not what is installed, because it is not tested yet. */
  range: '>=5.100.0 <7.0.0',
  version: '5.100.0',
  download: {
    url: 'https://releases.hashicorp.com/terraform-provider-aws/{version}/terraform-provider-aws_{version}_{os}_{arch}.zip',
    checksums: 'https://releases.hashicorp.com/terraform-provider-aws/{version}/terraform-provider-aws_{version}_SHA256SUMS',
    format: 'zip',
    member: 'terraform-provider-aws_v{version}_x5',
    maxArchiveBytes: 400 * MIB,
    maxUnpackedBytes: 1600 * MIB,
  },
} as const satisfies { source: string; range: string; version: string; download: DownloadRecipe }
