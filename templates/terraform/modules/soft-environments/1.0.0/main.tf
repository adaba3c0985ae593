# What soft environments have of their host outside of Kubernetes: who reaches their namespaces, and keys of their own.
# EKS knows one entry for each principal and one scope for each policy of it, so all environments are looked at together.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  policies = {
    administrators = "AmazonEKSAdminPolicy"
    viewers        = "AmazonEKSViewPolicy"
  }

  grants = flatten([for name in keys(var.environments) : [
    for role, policy in local.policies : [
      for principal in var.environments[name][role] : {
        principal  = principal
        policy     = policy
        namespaces = var.environments[name].namespaces
      } if !contains(var.cluster_administrators, principal)
    ]
  ]])

  # The namespaces of each principal and policy, over all environments.
  associations = { for key in distinct([for grant in local.grants : "${grant.policy} ${grant.principal}"]) : key => {
    policy     = split(" ", key)[0]
    principal  = split(" ", key)[1]
    namespaces = sort(distinct(flatten([for grant in local.grants : grant.namespaces if "${grant.policy} ${grant.principal}" == key])))
  } }

  keys = { for name, environment in var.environments : name => environment.key if environment.key != null }
}

resource "aws_eks_access_entry" "this" {
  for_each = toset([for grant in local.grants : grant.principal])

  cluster_name  = var.cluster_name
  principal_arn = each.key
  type          = "STANDARD"

  tags = merge(var.tags, {
    # Not the ARN itself: it may hold characters that a tag cannot.
    "platform:resource" = "cluster/access-entry/${substr(sha256(each.key), 0, 12)}"
  })
}

resource "aws_eks_access_policy_association" "this" {
  for_each = local.associations

  cluster_name  = var.cluster_name
  principal_arn = aws_eks_access_entry.this[each.value.principal].principal_arn
  policy_arn    = "arn:${data.aws_partition.current.partition}:eks::aws:cluster-access-policy/${each.value.policy}"

  access_scope {
    type       = "namespace"
    namespaces = each.value.namespaces
  }
}
