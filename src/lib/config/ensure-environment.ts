import { UserError } from '../core/errors.js'
import { assertEnvironmentName } from '../core/names.js'
import type { Ports } from '../core/ports.js'
import { type Preset, presets, type Role, roles } from './choices.js'
import { isIpv4Cidr } from './cidr.js'
import { createEnvironmentFile, type EnvironmentOptions, suggestCidr } from './create-environment.js'
import { defaultKubernetesVersion, supportedKubernetesVersions } from './kubernetes-versions.js'
import { loadConfiguration } from './load.js'
import type { Environment, Project } from './project.js'
import { environmentFilePath } from './repository-files.js'
import type { UserSettings } from './schema.js'
import { readOutsideSettings } from './user-settings.js'

export type EnsureEnvironmentPorts = Pick<Ports, 'ask' | 'env'>

export interface EnsureEnvironmentSettings {
  /** Take the default of every question. */
  yes?: boolean
  /** Write nothing; the returned project still has the new environment. */
  dryRun?: boolean
}

/**
 * Makes sure that `environments/<name>.yaml` exists. Without it, asks for what the flags do not say and writes it;
 * with it the file decides, and a flag that says something else is refused.
 * @throws as `createEnvironmentFile`; `BadFlag` when a flag contradicts the file
 */
export async function ensureEnvironmentFile(
  ports: EnsureEnvironmentPorts,
  project: Project,
  name: string,
  options: EnvironmentOptions,
  { yes = false, dryRun = false }: EnsureEnvironmentSettings = {},
): Promise<{ project: Project; created: boolean }> {
  assertEnvironmentName(name)
  const existing = project.environments.get(name)
  if (existing) {
    await refuseContradiction(ports, project, existing, options)
    return { project, created: false }
  }
  const answers =
    ports.ask.interactive && !yes ? await environmentQuestions(ports, project, name, options, await preferences(ports.env)) : options
  return { project: await createEnvironmentFile(project, name, answers, { env: ports.env, dryRun }), created: true }
}

async function preferences(env: Ports['env']): Promise<UserSettings> {
  const { variables, user } = await readOutsideSettings(env)
  return { ...user, ...variables }
}

/** Asks for each value that `known` lacks, and suggests what is preferred. */
async function environmentQuestions(
  { ask }: Pick<Ports, 'ask'>,
  project: Project,
  name: string,
  known: EnvironmentOptions,
  preferred: UserSettings,
): Promise<EnvironmentOptions> {
  const role =
    known.role ??
    (await ask.select<Role>({
      message: `What is ${name} for?`,
      flag: '--role',
      choices: roles.map((value) => ({ value, description: ROLE_TEXT[value] })),
      default: 'workload',
    }))
  const preset =
    known.preset ??
    (await ask.select<Preset>({
      message: 'Which defaults should it have?',
      flag: '--preset',
      choices: presets.map((value) => ({ value, description: PRESET_TEXT[value] })),
      default: preferred.preset ?? 'small',
    }))
  if (known.isolation === 'soft') return { ...known, role, preset, host: known.host ?? (await askHost({ ask }, project)) }
  const accounts = Object.keys(project.platform.accounts)
  const account =
    known.account ??
    (accounts.length === 1
      ? accounts[0]
      : await ask.select({ message: 'Which AWS account?', flag: '--account', choices: accounts.map((value) => ({ value })) }))
  const suggestion = suggestCidr(project)
  const cidr =
    known.cidr ??
    (await ask.input({
      message: 'Address range of its network?',
      flag: '--cidr',
      ...(suggestion !== undefined && { default: suggestion }),
      validate: (value) => isIpv4Cidr(value) || 'Write an IPv4 range between /16 and /20, such as 10.0.0.0/16.',
    }))
  const kubernetesVersion =
    known.kubernetesVersion ??
    (await ask.select<string>({
      message: 'Which Kubernetes version?',
      flag: '--kubernetes-version',
      choices: supportedKubernetesVersions.map((value) => ({ value })),
      default: preferred.kubernetesVersion ?? defaultKubernetesVersion,
    }))
  return { ...known, role, preset, account, cidr, kubernetesVersion }
}

const ROLE_TEXT = {
  management: 'The cluster that watches over all others.',
  workload: 'A cluster for applications.',
} as const

const PRESET_TEXT = {
  small: 'Cheap and quick: two zones, one NAT gateway, small nodes, no protection.',
  standard: 'A sound default: three zones, one NAT gateway, protected.',
  production: 'Highly available and protected: three zones, a NAT gateway in each, private endpoints.',
} as const

async function askHost({ ask }: Pick<Ports, 'ask'>, project: Project): Promise<string> {
  const hosts = [...project.environments.values()].filter(({ isolation }) => isolation === 'hard').map(({ name }) => name)
  if (hosts.length === 0)
    throw new UserError('BadFlag', 'A soft environment needs a hard one as its host, and there is none.', {
      next: ['platform env create NAME'],
    })
  return ask.select({ message: 'In the cluster of which environment?', flag: '--host', choices: hosts.map((value) => ({ value })) })
}

const CURRENT: ReadonlyArray<
  [option: keyof EnvironmentOptions, flag: string, field: string, value: (environment: Environment) => string | undefined]
> = [
  ['role', '--role', 'role', ({ role }) => role],
  ['isolation', '--isolation', 'isolation', ({ isolation }) => isolation],
  ['host', '--host', 'host', ({ host }) => host],
  ['preset', '--preset', 'preset', ({ preset }) => preset],
  ['region', '--region', 'region', ({ region }) => region],
  ['account', '--account', 'account', ({ account }) => account.name],
  ['cidr', '--cidr', 'network.cidr', ({ network }) => network.cidr],
  ['kubernetesVersion', '--kubernetes-version', 'cluster.kubernetesVersion', ({ cluster }) => cluster.kubernetesVersion],
]

async function refuseContradiction(
  ports: Pick<Ports, 'env'>,
  project: Project,
  environment: Environment,
  options: EnvironmentOptions,
): Promise<void> {
  const different = CURRENT.filter(([option, , , value]) => options[option] !== undefined && options[option] !== value(environment))
  if (different.length === 0) return
  const { origins } = await loadConfiguration(project.directory, { env: ports.env })
  const file = environmentFilePath(environment.name)
  throw new UserError('BadFlag', `${environment.name} exists already, and its file says something else than the flags.`, {
    reason: different
      .map(([option, flag, field, value]) => {
        const place = origins.environments.get(environment.name)?.get(field) ?? 'default'
        return `${flag} ${options[option] ?? ''}: ${field} is ${value(environment) ?? 'not set'} (${place})`
      })
      .join('\n'),
    next: [
      `Leave out ${different.map(([, flag]) => flag).join(', ')}: the file decides.`,
      `To change the environment, edit ${file}, then run: platform env plan ${environment.name}`,
    ],
    details: { file, flags: different.map(([, flag]) => flag) },
  })
}
