import type { Ports } from '../core/ports.js'
import { messageOf, UserError } from '../core/errors.js'
import { awsProvider, catalogue, toolNames, type ToolName } from './catalogue.js'
import { waysOf } from './install/install-tool.js'
import { findProvider, type ProviderQuery } from './provider-mirror.js'
import type { TerraformBinary } from './provider-layout.js'
import { findTool } from './resolve-tool.js'
import type { InstallWay, Rejection, ToolLock, ToolSource, ToolSpec } from './tool-spec.js'

/** The provider is no program on `PATH`, but it is installed and listed like one. */
export const PROVIDER_NAME = 'terraform-provider-aws'
export type InstallableName = ToolName | typeof PROVIDER_NAME
export const installableNames: readonly InstallableName[] = [...toolNames, PROVIDER_NAME]

/** What a repository says about its tools. */
export interface ToolWishes {
  /** Folder that relative paths of `platform.yaml` start from. */
  directory?: string
  target?: 'sandbox' | 'aws'
  terraform?: { binary: TerraformBinary; version: string; providerMirror?: string | undefined }
  lock?: ToolLock
}

export interface ToolStatus {
  name: InstallableName
  purpose: string
  need: 'required' | 'optional'
  range: string
  found: { path: string; version: string; source: ToolSource | 'mirror' } | null
  /** What lies there and cannot be used, and why. */
  rejected: Rejection[]
  /** Ways in which it can be installed, in the order in which they are tried. */
  ways: InstallWay[]
  installs: string
  byHand: readonly string[]
  /** Why a place that was named explicitly is of no use. */
  problem?: string
}

function isRequired(spec: ToolSpec, wishes: ToolWishes): boolean {
  const binary = wishes.terraform?.binary ?? 'terraform'
  if (spec.name === 'terraform' || spec.name === 'tofu') return spec.name === binary
  return spec.need === 'always' || (spec.need === 'sandbox' && wishes.target !== 'aws')
}

/** The narrower range that `platform.yaml` sets, if it is about this tool. */
export function wishedRange(name: string, { terraform }: ToolWishes): { versionRange?: string } {
  return terraform !== undefined && terraform.binary === name ? { versionRange: terraform.version } : {}
}

/** The provider as this repository wants it. */
export function providerQuery({ directory, terraform }: ToolWishes): ProviderQuery {
  return {
    ...(directory !== undefined && { directory }),
    ...(terraform && { binary: terraform.binary }),
    ...(terraform?.providerMirror !== undefined && { setting: terraform.providerMirror }),
  }
}

/** The tools that this repository cannot do without. */
export function requiredNames(wishes: ToolWishes): InstallableName[] {
  return installableNames.filter((name) => name === PROVIDER_NAME || isRequired(catalogue[name], wishes))
}

/** Looks for the tools, by default for all. Installs nothing. */
export async function listTools(
  ports: Pick<Ports, 'exec' | 'env' | 'signal'>,
  wishes: ToolWishes = {},
  names: readonly InstallableName[] = installableNames,
): Promise<ToolStatus[]> {
  return Promise.all(names.map(async (name) => (name === PROVIDER_NAME ? statusOfProvider(ports, wishes) : statusOf(ports, name, wishes))))
}

async function statusOf(ports: Pick<Ports, 'exec' | 'env' | 'signal'>, name: ToolName, wishes: ToolWishes): Promise<ToolStatus> {
  const spec: ToolSpec = catalogue[name]
  const range = wishedRange(name, wishes)
  const { tool, rejected } = await findTool(ports, spec, { ...range, ...(wishes.lock && { lock: wishes.lock }) })
  return {
    name,
    purpose: spec.purpose,
    need: isRequired(spec, wishes) ? 'required' : 'optional',
    range: range.versionRange ?? spec.range,
    found: tool ? { path: tool.path, version: tool.version, source: tool.source } : null,
    rejected,
    ways: waysOf(spec),
    installs: spec.version,
    byHand: spec.byHand,
  }
}

async function statusOfProvider(ports: Pick<Ports, 'env'>, wishes: ToolWishes): Promise<ToolStatus> {
  const status: ToolStatus = {
    name: PROVIDER_NAME,
    purpose: 'is how Terraform talks to AWS',
    need: 'required',
    range: awsProvider.range,
    found: null,
    rejected: [],
    ways: ['download'],
    installs: awsProvider.version,
    byHand: [
      'Name a folder in the layout of a Terraform filesystem mirror: terraform.providerMirror in platform.yaml, or PLATFORM_PROVIDER_MIRROR.',
    ],
  }
  try {
    const found = await findProvider(ports, providerQuery(wishes))
    return found ? { ...status, found: { path: found.path, version: found.version, source: 'mirror' } } : status
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { ...status, problem: messageOf(error) }
  }
}
