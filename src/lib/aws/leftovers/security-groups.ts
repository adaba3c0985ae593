import type { EC2Client, SecurityGroupRule } from '@aws-sdk/client-ec2'
import { collect } from '../existing/finding.js'

/** Deletes a security group after removing the rules of other groups that name it: with them AWS refuses. */
export async function deleteSecurityGroup(client: EC2Client, GroupId: string): Promise<void> {
  const sdk = await import('@aws-sdk/client-ec2')
  const groups = await Promise.all(
    ['ip-permission.group-id', 'egress.ip-permission.group-id'].map((Name) =>
      collect(sdk.paginateDescribeSecurityGroups({ client }, { Filters: [{ Name, Values: [GroupId] }] }), (page) => page.SecurityGroups),
    ),
  )
  const ids = new Set(groups.flat().flatMap((group) => (group.GroupId === undefined || group.GroupId === GroupId ? [] : [group.GroupId])))
  for (const id of ids) await revokeRulesNaming(client, id, GroupId)
  await client.send(new sdk.DeleteSecurityGroupCommand({ GroupId }))
}

async function revokeRulesNaming(client: EC2Client, GroupId: string, named: string): Promise<void> {
  const sdk = await import('@aws-sdk/client-ec2')
  const Filters = [{ Name: 'group-id', Values: [GroupId] }]
  const rules = await collect(sdk.paginateDescribeSecurityGroupRules({ client }, { Filters }), (page) => page.SecurityGroupRules)
  const naming = rules.filter((rule) => rule.GroupId === GroupId && rule.ReferencedGroupInfo?.GroupId === named)
  const idsOf = (isEgress: boolean): string[] =>
    naming.flatMap(({ IsEgress, SecurityGroupRuleId }: SecurityGroupRule) =>
      IsEgress === isEgress && SecurityGroupRuleId ? [SecurityGroupRuleId] : [],
    )
  const ingress = idsOf(false)
  const egress = idsOf(true)
  if (ingress.length > 0) await client.send(new sdk.RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: ingress }))
  if (egress.length > 0) await client.send(new sdk.RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: egress }))
}
