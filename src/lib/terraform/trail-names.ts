/** The attribute that names a resource in the calls that change it, where that is not its id. */
const NAMED_BY: Readonly<Record<string, string>> = {
  aws_db_instance: 'identifier',
  aws_eks_access_entry: 'principal_arn',
  aws_eks_access_policy_association: 'principal_arn',
  aws_eks_addon: 'addon_name',
  aws_eks_node_group: 'node_group_name',
  aws_eks_pod_identity_association: 'association_id',
  aws_iam_role_policy: 'role',
  aws_iam_role_policy_attachment: 'role',
  aws_kms_alias: 'name',
  aws_rds_cluster: 'cluster_identifier',
  aws_route: 'route_table_id',
  aws_security_group_rule: 'security_group_id',
  aws_vpc_security_group_egress_rule: 'security_group_id',
  aws_vpc_security_group_ingress_rule: 'security_group_id',
}

/** Names under which CloudTrail may know a resource, the likeliest first. */
export function trailNames(type: string, values: Readonly<Record<string, unknown>>): string[] {
  const names = [NAMED_BY[type] ?? 'id', 'arn'].map((name) => values[name])
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))]
}

/** Whether the calls that change it are global, and recorded in one region only. */
export function isGlobalType(type: string): boolean {
  return /^aws_(?:iam|route53|cloudfront|budgets)_/.test(type)
}
