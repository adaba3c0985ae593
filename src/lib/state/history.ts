import { listStateVersions, type StateVersion } from '../aws/state-versions.js'
import { rootOf } from '../roots/select.js'
import { openState, type StateContext } from './place.js'

export interface StateHistory {
  root: string
  bucket: string
  key: string
  /** Newest first. */
  versions: StateVersion[]
}

/** The versions of a root's state that the bucket keeps. */
export async function stateHistory(context: StateContext, name: string, limit: number): Promise<StateHistory> {
  const root = rootOf(context.project, name)
  await context.target.prepare()
  const { clients, bucket, key } = await openState(context, root)
  return { root: name, bucket, key, versions: await listStateVersions(clients, { bucket, key }, limit) }
}
