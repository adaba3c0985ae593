import { createHash } from 'node:crypto'
import { UserError } from '../core/errors.js'
import { assertName, isReservedPlatformName, nearestValidName, SHARED_NAME } from '../core/names.js'
import type { Ports } from '../core/ports.js'
import { readOutsideSettings } from '../config/user-settings.js'
import type { Platform } from '../config/schema.js'
import { targets } from '../config/choices.js'

/** What the command line says. */
export interface InitOptions {
  name: string
  target?: Platform['target'] | undefined
  region?: string | undefined
  architecture?: Platform['architecture'] | undefined
  /** `ID` or `NAME=ID`, each. */
  accounts?: readonly string[] | undefined
  /** `ARN` for the only account, or `NAME=ARN`, each. */
  roles?: readonly string[] | undefined
  yes?: boolean
}

/** Everything that `platform.yaml` of a new repository is made from. */
export type InitSettings = Pick<Platform, 'name' | 'target' | 'architecture' | 'region' | 'accounts'>

const DEFAULT_REGION = 'eu-west-1'
const SANDBOX_ACCOUNT = { name: 'sandbox', id: '000000000000' }
const FIRST_ACCOUNT = 'main'

/**
 * Completes the options: from the flags, by asking where there is a person, else with defaults.
 * @throws `InvalidName`; `BadFlag`; `InputNeeded` when a real account is not named
 */
export async function decideSettings(ports: Pick<Ports, 'ask' | 'env'>, options: InitOptions): Promise<InitSettings> {
  const { name } = options
  assertName('a platform', name)
  if (isReservedPlatformName(name)) {
    throw new UserError('InvalidName', `A platform cannot be called ${name}.`, {
      reason: 'AWS keeps "aws" and names that start with "aws-" to itself.',
      next: [`Choose another name, such as ${nearestValidName(name.replace(/^(?:aws-)+/, '')) ?? 'my-aws'}`],
      details: { name },
    })
  }
  const { variables, user } = await readOutsideSettings(ports.env)
  const asks = ports.ask.interactive && options.yes !== true
  const target = options.target ?? (asks ? await askTarget(ports) : 'sandbox')
  const region = options.region ?? variables.region ?? user.region ?? (asks && target === 'aws' ? await askRegion(ports) : DEFAULT_REGION)
  const accounts = await decideAccounts(ports, options, target)
  // Nobody named an account: it is that of the sandbox, whose root user no cluster lets in.
  const own = accounts[SANDBOX_ACCOUNT.name]
  if (target === 'sandbox' && options.accounts === undefined && own && own.role === undefined) own.role = applyRoleArn(name, own.id)
  return { name, target, architecture: options.architecture ?? 'eks', region, accounts }
}

/** The role that the shared part makes for whoever applies: see the module `access-baseline`. */
function applyRoleArn(platform: string, accountId: string): string {
  const name = `${platform}-${SHARED_NAME}`
  const prefix = name.length <= 35 ? name : `${name.slice(0, 26)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
  return `arn:aws:iam::${accountId}:role/platform/${platform}/${SHARED_NAME}/${prefix}-apply`
}

async function askTarget({ ask }: Pick<Ports, 'ask'>): Promise<Platform['target']> {
  return ask.select<Platform['target']>({
    message: 'Where should it run?',
    flag: '--target',
    choices: targets.map((value) => ({
      value,
      description: value === 'aws' ? 'Real AWS accounts.' : 'A local AWS on this machine, for trying things out.',
    })),
    default: 'sandbox',
  })
}

async function askRegion({ ask }: Pick<Ports, 'ask'>): Promise<string> {
  return ask.input({ message: 'In which AWS region?', flag: '--region', default: DEFAULT_REGION })
}

async function decideAccounts(
  { ask }: Pick<Ports, 'ask'>,
  options: InitOptions,
  target: Platform['target'],
): Promise<Platform['accounts']> {
  const given = options.accounts ?? []
  const written =
    given.length > 0
      ? given
      : [
          target === 'sandbox'
            ? `${SANDBOX_ACCOUNT.name}=${SANDBOX_ACCOUNT.id}`
            : await ask.input({
                message: 'Id of the AWS account (12 digits)?',
                flag: '--account',
                validate: (value) => /^\d{12}$/.test(value) || 'An account id has 12 digits.',
              }),
        ]
  const accounts = new Map<string, { id: string; role?: string }>()
  for (const text of written) {
    const { key, value: id } = splitPair(text, given.length > 1 ? undefined : FIRST_ACCOUNT, '--account', 'NAME=ID')
    assertName('an account', key)
    if (accounts.has(key)) throw new UserError('BadFlag', `--account names ${key} twice.`)
    if (!/^\d{12}$/.test(id))
      throw new UserError('BadFlag', `--account ${text}: an account id has 12 digits.`, {
        next: ['aws sts get-caller-identity --query Account'],
      })
    accounts.set(key, { id })
  }
  const only = accounts.size === 1 ? [...accounts.keys()][0] : undefined
  for (const text of options.roles ?? []) {
    const { key, value: role } = splitPair(text, only, '--role-arn', 'NAME=ARN')
    const account = accounts.get(key)
    if (!account) throw new UserError('BadFlag', `--role-arn is for the account ${key}, which --account does not name.`)
    account.role = role
  }
  return Object.fromEntries(accounts)
}

function splitPair(text: string, defaultKey: string | undefined, flag: string, form: string): { key: string; value: string } {
  const at = text.indexOf('=')
  // An ARN may hold an equals sign of its own: a name never has a colon.
  if (at > 0 && !text.slice(0, at).includes(':')) return { key: text.slice(0, at), value: text.slice(at + 1) }
  if (defaultKey !== undefined) return { key: defaultKey, value: text }
  throw new UserError('BadFlag', `${flag} ${text}: with several accounts, each needs a name.`, { next: [`Write ${flag} ${form}`] })
}
