import { operatorKinds, TIME, type OperatorKind } from './operator-kinds.js'
import { pathOf, type LiveObject, type Player, type Stage } from './player.js'

interface GroupList {
  groups?: Array<{ name: string; preferredVersion: { groupVersion: string } }>
}
interface ResourceList {
  resources?: Array<{ name: string }>
}

/** Writes the status of the objects of operators. */
export const playOperators: Player = async (stage) => {
  const { groups = [] } = ((await stage.api.get('/apis')) ?? {}) as GroupList
  for (const { name, preferredVersion } of groups) {
    const kinds = operatorKinds.filter(({ group }) => group === name)
    if (kinds.length === 0) continue
    const base = `/apis/${preferredVersion.groupVersion}`
    const { resources = [] } = ((await stage.api.get(base)) ?? {}) as ResourceList
    const served = new Set(resources.map((resource) => resource.name))
    for (const kind of kinds) if (served.has(kind.resource)) await playKind(stage, base, kind, served.has(`${kind.resource}/status`))
  }
}

async function playKind({ api, now }: Stage, base: string, kind: OperatorKind, hasStatus: boolean): Promise<void> {
  for (const object of await api.list<LiveObject>(`${base}/${kind.resource}`)) {
    if (object.metadata.deletionTimestamp !== undefined) continue
    const wanted = kind.status(object)
    if (holds(object.status, wanted)) continue
    const path = pathOf(base, kind.resource, object.metadata)
    // Where it has no status of its own, the status is a part like any other.
    await api.merge(hasStatus ? `${path}/status` : path, { status: dated(wanted, now().toISOString().replace(/\.\d+/, '')) })
  }
}

/** Whether a status says what it should, whatever else it says. */
export function holds(live: unknown, wanted: unknown): boolean {
  if (wanted === undefined || (wanted === TIME && typeof live === 'string')) return true
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((each, index) => holds(live[index], each))
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof live !== 'object' || live === null) return false
    return Object.entries(wanted).every(([key, value]) => holds((live as Record<string, unknown>)[key], value))
  }
  return live === wanted
}

function dated(value: unknown, time: string): unknown {
  if (value === TIME) return time
  if (Array.isArray(value)) return value.map((each) => dated(each, time))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, dated(each, time)]))
}
