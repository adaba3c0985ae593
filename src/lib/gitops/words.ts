import { isFields } from '../core/plain-data.js'

/** One value that is not as Git says. */
export interface Difference {
  object: string
  /** As people read it: `spec.replicas`, `containers[web].image`. Empty: the object as a whole. */
  path: string
  git: unknown
  cluster: unknown
}

/**
 * What Git says and the cluster does not have. Only what Git says counts: the API server, and controllers, add fields of their own.
 * @param path the way here
 */
export function differences(wanted: unknown, found: unknown, path = ''): Array<Omit<Difference, 'object'>> {
  if (isFields(wanted) && isFields(found)) {
    return Object.entries(wanted).flatMap(([key, value]) => differences(value, found[key], path === '' ? key : `${path}.${key}`))
  }
  if (Array.isArray(wanted) && Array.isArray(found)) return listDifferences(wanted, found, path)
  return isSame(wanted, found) ? [] : [{ path, git: wanted, cluster: found }]
}

function listDifferences(wanted: readonly unknown[], found: readonly unknown[], path: string): Array<Omit<Difference, 'object'>> {
  const named = wanted.every((each) => nameIn(each) !== undefined)
  if (named) {
    return wanted.flatMap((each) => {
      const name = nameIn(each)
      return differences(
        each,
        found.find((other) => nameIn(other) === name),
        `${path}[${name}]`,
      )
    })
  }
  return wanted.flatMap((each, index) => differences(each, found[index], `${path}[${index}]`))
}

function nameIn(value: unknown): string | undefined {
  const name = isFields(value) ? value['name'] : undefined
  return typeof name === 'string' ? name : undefined
}

/** Empty and absent are the same to the API server, and a number may come back as another spelling of itself. */
function isSame(wanted: unknown, found: unknown): boolean {
  if (isEmpty(wanted) && isEmpty(found)) return true
  if (typeof wanted === 'object' || typeof found === 'object') return false
  return JSON.stringify(wanted) === JSON.stringify(found) || quantity(wanted) === quantity(found)
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (isFields(value) && Object.values(value).every(isEmpty))
  )
}

const UNITS: Readonly<Record<string, number>> = { m: 0.001, '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 }

/** `1000m` of a CPU is `1`. NaN, which equals nothing, where it is no quantity. */
function quantity(value: unknown): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(m|k|M|G|Ki|Mi|Gi|)$/.exec(String(value)) ?? []
  return amount === undefined ? Number.NaN : Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
}

/** A difference as a sentence. */
export function inWords({ object, path, git, cluster }: Difference): string {
  if (path === '') return git === undefined ? `${object} is in the cluster and not in Git.` : `${object} is in Git and not in the cluster.`
  if (cluster === undefined) return `${object}: ${path} is not set in the cluster; Git says ${shown(git)}.`
  return `${object}: ${path} is ${shown(cluster)} in the cluster; Git says ${shown(git)}.`
}

const LONGEST = 120

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
