# What add-ons need in AWS beyond the roles that module cluster-eks makes for the controllers of every cluster: a role with its Pod Identity
# association, and what the role is for. An add-on that is not named makes nothing.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  name = "${var.platform}-${var.environment}"
  # Role names end at 64 characters: a long name keeps its start and gets a digest.
  role_prefix = length(local.name) <= 35 ? local.name : "${substr(local.name, 0, 26)}-${substr(sha256(local.name), 0, 8)}"
  role_path   = "/platform/${var.platform}/${var.environment}/"
  cluster_arn = "arn:${local.partition}:eks:${local.region}:${local.account_id}:cluster/${var.cluster_name}"

  velero    = contains(var.addons, "velero") ? 1 : 0
  karpenter = contains(var.addons, "karpenter") ? 1 : 0

  # The role of Karpenter itself is made by module cluster-eks, with every cluster.
  service_accounts = { for name, account in {
    velero = { namespace = "velero", service_account = "velero-server" }
  } : name => account if contains(var.addons, name) }

  policies = {
    velero = one(data.aws_iam_policy_document.velero[*].json)
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.service_accounts

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.cluster_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [each.value.namespace]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [each.value.service_account]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.service_accounts

  name               = "${local.role_prefix}-${each.key}"
  path               = local.role_path
  description        = "${each.key} in ${var.cluster_name}, through EKS Pod Identity."
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-${each.key}"
    "platform:resource" = "addons/role/${each.key}"
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.service_accounts

  name   = each.key
  role   = aws_iam_role.this[each.key].id
  policy = local.policies[each.key]
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = local.service_accounts

  cluster_name    = var.cluster_name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.this[each.key].arn

  tags = merge(var.tags, {
    "Name"              = "${var.cluster_name}-${each.key}"
    "platform:resource" = "addons/pod-identity/${each.key}"
  })
}
