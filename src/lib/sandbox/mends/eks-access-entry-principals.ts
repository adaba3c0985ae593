import { errorAnswer, jsonBody, type Answer } from '../gateway/answer.js'
import { clusterOfPath } from '../gateway/eks-path.js'
import type { Shelf } from '../services/shelf.js'
import type { Mend, MendContext, MendRequest } from './mend.js'

const KIND = 'eks-principal-ids'
const RESERVED_GROUP = 'system:'

/**
 * Gap: the emulator forgets whom an access entry was made for, and takes any group. EKS keeps the unique id of the principal, so that an
 * entry does not open the cluster to a role that was made again under the same name, and refuses groups of the system (Amazon EKS User
 * Guide, "Create access entries").
 */
export const eksAccessEntryPrincipals: Mend = {
  id: 'eks-access-entry-principals',
  gap: 'CreateAccessEntry does not keep the unique id of the principal, and takes groups of the system.',
  service: 'eks',
  actions: ['CreateAccessEntry'],
  async handle(request, context) {
    const input = jsonBody(request.body) ?? {}
    const group = reservedGroupIn(input['kubernetesGroups'])
    if (group !== undefined) {
      const message = `The kubernetes group name ${group} is invalid, it cannot start with ${RESERVED_GROUP}`
      return errorAnswer('rest-json', { status: 400, code: 'InvalidParameterException', message })
    }
    const answer = await context.forward(request)
    if (answer.status < 300) await note(request, answer, context)
    return answer
  },
}

/** Unique ids of the principals that access entries of a cluster were made for, by their ARNs. */
export async function principalIdsOf(shelf: Shelf, region: string, cluster: string): Promise<ReadonlyMap<string, string>> {
  const prefix = keyOf(region, cluster, '')
  const all = await shelf.all<{ id: string }>(KIND)
  return new Map([...all].flatMap(([key, { id }]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), id] as const] : [])))
}

/** An id that is not found is taken out: the note of an entry of the same name that is gone must not stay. */
async function note({ call }: MendRequest, { body }: Answer, context: MendContext): Promise<void> {
  const entry = jsonBody(body)?.['accessEntry']
  const arn = typeof entry === 'object' && entry !== null && 'principalArn' in entry ? String(entry.principalArn) : ''
  const id = await uniqueIdOf(arn, context)
  const key = keyOf(context.region, clusterOfPath(call.path) ?? '', arn)
  await context.shelf.update<{ id: string }, unknown>(KIND, (kept) => (id === undefined ? kept.delete(key) : kept.set(key, { id })))
}

async function uniqueIdOf(arn: string, context: MendContext): Promise<string | undefined> {
  const [, type, name] = /^arn:[^:]+:iam::\d+:(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  if (name === undefined) return undefined
  const { GetRoleCommand, GetUserCommand } = await import('@aws-sdk/client-iam')
  const iam = await (await context.clients()).iam()
  try {
    if (type === 'role') return (await iam.send(new GetRoleCommand({ RoleName: name }))).Role?.RoleId
    return (await iam.send(new GetUserCommand({ UserName: name }))).User?.UserId
  } catch (error) {
    // The principal of another account, or one that is not there: AWS would say so when the entry is made.
    if (error instanceof Error && error.name === 'NoSuchEntityException') return undefined
    throw error
  }
}

function reservedGroupIn(groups: unknown): string | undefined {
  const names: unknown[] = Array.isArray(groups) ? groups : []
  return names.find((name): name is string => typeof name === 'string' && name.startsWith(RESERVED_GROUP))
}

function keyOf(region: string, cluster: string, principalArn: string): string {
  return `${region}/${cluster}/${principalArn}`
}
