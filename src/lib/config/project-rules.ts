import { nearest, SHARED_NAME } from '../core/names.js'
import { cidrsOverlap, isIpv4Cidr } from './cidr.js'
import { addonCatalogue } from './addons/catalogue.js'
import { checkAddons } from './addons/rules.js'
import { checkParts } from './part-rules.js'
import { checkExisting } from './existing-rules.js'
import { type FieldPath, problemAt, type Problem } from './problem.js'
import { valueAt } from './schema-problems.js'
import { checkShared } from './shared.js'
import { checkNeighbours, SOFT_FIELDS } from './soft-rules.js'
import type { YamlSource } from './yaml-source.js'

/** An environment file as it was written, valid or not. */
export interface EnvironmentSource {
  name: string
  source: YamlSource
}

/** What belongs to the host of a soft environment. */
export const HOST_FIELDS = [...['account', 'region', 'network', 'cluster'], ...['edge', 'waf', 'connectivity', 'observability', 'addons']]

/** S3 allows 63 characters in a bucket's name. */
const LONGEST_BUCKET_NAME = 63

/**
 * Rules that no schema of a single file can state. They look at raw values, so that a mistake elsewhere does not hide them.
 * @param chosenAccount account from outside the files, which then need not name one
 */
export function checkRules(platform: YamlSource, environments: readonly EnvironmentSource[], chosenAccount: string | undefined): Problem[] {
  return [
    ...checkBucketName(platform),
    ...checkShared(
      platform,
      environments.map(({ name }) => name),
    ),
    ...checkEnvironmentNames(environments),
    ...environments.flatMap(({ source }) => (isSoft(source) ? checkSoft(source, environments) : checkHard(source))),
    ...environments.flatMap(({ source }) => (isSoft(source) ? [] : checkAccount(source, platform, chosenAccount))),
    ...checkOverlaps(environments),
    ...checkTags(platform, environments),
    ...checkParts(environments),
    ...checkNeighbours(environments),
    ...environments.flatMap(({ source }) => (isSoft(source) ? [] : checkAddons(source, addonCatalogue()))),
  ]
}

const isSoft = (source: YamlSource): boolean => valueAt(source.value, ['isolation']) === 'soft'

const textAt = (source: YamlSource, path: FieldPath): string | undefined => {
  const value = valueAt(source.value, path)
  return typeof value === 'string' ? value : undefined
}

function checkBucketName(platform: YamlSource): Problem[] {
  const name = textAt(platform, ['name'])
  const region = textAt(platform, ['region'])
  if (name === undefined || region === undefined) return []
  const excess = `${name}-state-000000000000-${region}`.length - LONGEST_BUCKET_NAME
  return excess > 0
    ? [
        problemAt(
          platform,
          ['name'],
          `is too long for the name of the state bucket in ${region}: at most ${name.length - excess} characters`,
        ),
      ]
    : []
}

/** Tags and names could not be told apart. */
function checkEnvironmentNames(environments: readonly EnvironmentSource[]): Problem[] {
  return environments.flatMap(({ name, source }) =>
    name === SHARED_NAME
      ? [{ file: source.file, line: 1, column: 1, field: '', message: 'shared names what all environments share: rename the file' }]
      : [],
  )
}

function checkHard(source: YamlSource): Problem[] {
  const problems: Problem[] = []
  if (source.has(['host'])) {
    problems.push({
      ...problemAt(source, ['host'], 'only a soft environment has a host: remove it, or write isolation: soft'),
      ...source.keyPosition(['host']),
    })
  }
  for (const field of SOFT_FIELDS.filter((each) => source.has([each]))) {
    problems.push({
      ...problemAt(source, [field], 'belongs to a soft environment: remove it, or write isolation: soft'),
      ...source.keyPosition([field]),
    })
  }
  const network = valueAt(source.value, ['network'])
  if (source.has(['existing'])) return [...problems, ...checkExisting(source)]
  const fillable = network === undefined || (typeof network === 'object' && network !== null)
  if (fillable && !source.has(['network', 'cidr'])) {
    problems.push(problemAt(source, ['network', 'cidr'], 'is missing: a hard environment needs an address range, /16 to /20'))
  }
  return problems
}

function checkSoft(source: YamlSource, environments: readonly EnvironmentSource[]): Problem[] {
  const problems = HOST_FIELDS.filter((field) => source.has([field])).map((field) => ({
    ...problemAt(source, [field], 'comes from the host of a soft environment: remove it'),
    ...source.keyPosition([field]),
  }))
  if (textAt(source, ['role']) === 'management') problems.push(problemAt(source, ['role'], 'a management environment must be hard'))
  const hosts = environments.filter((each) => !isSoft(each.source) && !each.source.has(['existing'])).map(({ name }) => name)
  if (!source.has(['host']))
    return [...problems, problemAt(source, ['host'], 'is missing: a soft environment needs one', { allowed: hosts })]
  const host = textAt(source, ['host'])
  if (host === undefined || hosts.includes(host)) return problems
  const exists = environments.find(({ name }) => name === host)
  const why = exists?.source.has(['existing']) ? 'stands around a cluster that was imported' : 'is soft itself'
  const near = nearest(host, hosts)
  return [
    ...problems,
    problemAt(source, ['host'], exists ? `${host} ${why}, so it cannot be a host` : `there is no environment ${host}`, {
      allowed: hosts,
      ...(near !== undefined && !exists && { nearest: near }),
    }),
  ]
}

function checkAccount(source: YamlSource, platform: YamlSource, chosen: string | undefined): Problem[] {
  const accounts = valueAt(platform.value, ['accounts'])
  if (typeof accounts !== 'object' || accounts === null) return []
  const allowed = Object.keys(accounts)
  if (!source.has(['account'])) {
    return chosen !== undefined || allowed.length <= 1
      ? []
      : [problemAt(source, ['account'], 'is missing: there are several accounts', { allowed })]
  }
  const value = valueAt(source.value, ['account'])
  if (typeof value !== 'string' && typeof value !== 'number') return []
  // YAML drops zeros at the front of a number, so an id counts as it is written.
  const account = typeof value === 'string' ? value : (source.written(['account']) ?? String(value))
  if (typeof value === 'string' && allowed.includes(account)) return []
  const isId = /^\d{12}$/.test(account)
  const near = isId ? allowed.find((name) => valueAt(accounts, [name, 'id']) === account) : nearest(account, allowed)
  const message = isId ? 'is an id: write the name of the account' : 'is not in accounts of platform.yaml'
  return [
    problemAt(source, ['account'], `${account} ${message}`, {
      allowed,
      ...(near !== undefined && { nearest: near }),
    }),
  ]
}

const CIDR: FieldPath = ['network', 'cidr']

/** Networks that may one day be connected must not share addresses, so every pair counts, whatever the account. */
function checkOverlaps(environments: readonly EnvironmentSource[]): Problem[] {
  const networks = environments.flatMap(({ source }) => {
    const cidr = textAt(source, CIDR)
    return cidr !== undefined && !isSoft(source) && isIpv4Cidr(cidr) ? [{ source, cidr }] : []
  })
  return networks.flatMap((later, index) =>
    networks
      .slice(0, index)
      .filter((earlier) => cidrsOverlap(earlier.cidr, later.cidr))
      .map((earlier) => {
        const { line } = earlier.source.valuePosition(CIDR)
        const message = `${later.cidr} overlaps ${earlier.cidr} of ${earlier.source.file}:${line}`
        return { ...problemAt(later.source, CIDR, message), conflictsWith: earlier.source.file }
      }),
  )
}

/** AWS takes 50 tags on a resource; the modules and the services that make something themselves need the others. */
const MOST_TAGS = 40

function checkTags(platform: YamlSource, environments: readonly EnvironmentSource[]): Problem[] {
  const tagsOf = (source: YamlSource): string[] => {
    const tags = valueAt(source.value, ['tags'])
    return typeof tags === 'object' && tags !== null ? Object.keys(tags) : []
  }
  const shared = tagsOf(platform)
  if (shared.length > MOST_TAGS) return [problemAt(platform, ['tags'], `must have at most ${MOST_TAGS} tags`)]
  return environments
    .filter(({ source }) => new Set([...shared, ...tagsOf(source)]).size > MOST_TAGS)
    .map(({ source }) => problemAt(source, ['tags'], `must have at most ${MOST_TAGS} tags together with those of platform.yaml`))
}
