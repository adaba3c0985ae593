import type { Role } from '@aws-sdk/client-iam'
import type { AwsClients } from '../../aws/clients.js'
import type { SdkCall } from './sdk-request.js'

/** Why a target was not called. Trying again would not help. */
export class NotAllowed extends Error {}

const PRINCIPAL = 'scheduler.amazonaws.com'

/**
 * The role of a schedule, if Scheduler may assume it. The emulator lets no service assume a role, so its trust policy is read here.
 * @throws NotAllowed
 */
export async function executionRole(roleArn: string, scheduleArn: string, clients: AwsClients): Promise<Role> {
  const { GetRoleCommand, NoSuchEntityException } = await import('@aws-sdk/client-iam')
  const RoleName = roleArn.split('/').at(-1) ?? ''
  const iam = await clients.iam()
  const { Role: role } = await iam.send(new GetRoleCommand({ RoleName })).catch((error: unknown) => {
    if (error instanceof NoSuchEntityException) return { Role: undefined }
    throw error
  })
  const [, , , , account = ''] = scheduleArn.split(':')
  if (role?.Arn !== roleArn || !trusts(role.AssumeRolePolicyDocument ?? '', { account, scheduleArn })) {
    throw new NotAllowed('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.')
  }
  return role
}

/**
 * Asks the emulator's simulation whether a role may make a call, where it is known what the call is for: calls of IAM and EKS.
 * @throws NotAllowed
 */
export async function assertMayCall(
  roleArn: string,
  call: SdkCall,
  where: { account: string; region: string },
  clients: AwsClients,
): Promise<void> {
  const resource = await resourceOf(call, where, clients)
  if (resource === undefined) return
  const { SimulatePrincipalPolicyCommand } = await import('@aws-sdk/client-iam')
  const action = `${call.service}:${call.operation}`
  const { EvaluationResults = [] } = await (
    await clients.iam()
  ).send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: roleArn,
      ActionNames: [action],
      ResourceArns: [resource],
      ContextEntries: [{ ContextKeyName: 'aws:CurrentTime', ContextKeyType: 'date', ContextKeyValues: [new Date().toISOString()] }],
    }),
  )
  if (EvaluationResults.every(({ EvalDecision }) => EvalDecision === 'allowed')) return
  throw new NotAllowed(`User: ${roleArn} is not authorized to perform: ${action} on resource: ${resource}`)
}

async function resourceOf(
  call: SdkCall,
  { account, region }: { account: string; region: string },
  clients: AwsClients,
): Promise<string | undefined> {
  const text = (name: string): string => (typeof call.input[name] === 'string' ? call.input[name] : '')
  if (call.service === 'iam') {
    const kind = ['user', 'role', 'group'].find((each) => text(`${each.charAt(0).toUpperCase()}${each.slice(1)}Name`) !== '')
    if (kind === undefined) return text('PolicyArn') || undefined
    return iamArn(kind, text(`${kind.charAt(0).toUpperCase()}${kind.slice(1)}Name`), account, clients)
  }
  if (call.service !== 'eks') return undefined
  const cluster = text('clusterName') || text('name')
  const principal = text('principalArn')
  if (principal === '') return `arn:aws:eks:${region}:${account}:cluster/${cluster}`
  const { DescribeAccessEntryCommand } = await import('@aws-sdk/client-eks')
  const { accessEntry } = await (
    await clients.eks()
  )
    .send(new DescribeAccessEntryCommand({ clusterName: cluster, principalArn: principal }))
    .catch(() => ({ accessEntry: undefined }))
  const id = accessEntry?.accessEntryArn?.split('/').at(-1) ?? 'none'
  const [, , , , owner = '', rest = ''] = principal.split(':')
  const [kind = '', ...names] = rest.split('/')
  return `arn:aws:eks:${region}:${account}:access-entry/${cluster}/${kind}/${owner}/${names.at(-1) ?? ''}/${id}`
}

/** With its path, which a call does not say. */
async function iamArn(kind: string, name: string, account: string, clients: AwsClients): Promise<string> {
  const { GetGroupCommand, GetRoleCommand, GetUserCommand } = await import('@aws-sdk/client-iam')
  const iam = await clients.iam()
  const plain = `arn:aws:iam::${account}:${kind}/${name}`
  const none = (): undefined => undefined
  if (kind === 'user') return (await iam.send(new GetUserCommand({ UserName: name })).catch(none))?.User?.Arn ?? plain
  if (kind === 'role') return (await iam.send(new GetRoleCommand({ RoleName: name })).catch(none))?.Role?.Arn ?? plain
  return (await iam.send(new GetGroupCommand({ GroupName: name })).catch(none))?.Group?.Arn ?? plain
}

interface Statement {
  Effect?: string
  Principal?: { Service?: string | string[] }
  Action?: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** Whether a trust policy lets Scheduler in. It knows the conditions that AWS recommends against a confused deputy; any other one refuses. */
export function trusts(document: string, { account, scheduleArn }: { account: string; scheduleArn: string }): boolean {
  const values = new Map([
    ['aws:sourceaccount', account],
    ['aws:sourcearn', scheduleArn],
  ])
  const applies = ({ Action, Condition = {}, Principal }: Statement): boolean =>
    [Principal?.Service ?? []].flat().includes(PRINCIPAL) &&
    [Action ?? []].flat().some((action) => ['sts:AssumeRole', 'sts:*', '*'].includes(action)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, values.get(key.toLowerCase()), [wanted].flat())),
    )
  const statements = statementsIn(document)
  return (
    statements.some((each) => each.Effect === 'Allow' && applies(each)) &&
    !statements.some((each) => each.Effect === 'Deny' && applies(each))
  )
}

function holds(operator: string, value: string | undefined, wanted: readonly string[]): boolean {
  if (value === undefined) return false
  if (operator === 'StringEquals' || operator === 'ArnEquals') return wanted.includes(value)
  if (operator !== 'StringLike' && operator !== 'ArnLike') return false
  const pattern = (text: string): RegExp =>
    new RegExp(
      `^${text
        .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    )
  return wanted.some((text) => pattern(text).test(value))
}

/** IAM answers a policy in the encoding of URLs. */
function statementsIn(document: string): Statement[] {
  try {
    const text = document.startsWith('%') ? decodeURIComponent(document) : document
    const { Statement } = JSON.parse(text) as { Statement?: Statement | Statement[] }
    return [Statement ?? []].flat()
  } catch {
    return []
  }
}
