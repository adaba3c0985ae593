# Administrators manage a key but cannot use it, users use it but cannot manage it, and AWS services use it
# for callers of this account whose own IAM policy allows it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_root = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"

  purposes = {
    "cluster-secrets" = { description = "Kubernetes secrets", services = ["eks"], shared = false }
    "data"            = { description = "Volumes, databases and buckets", services = concat(["ec2", "rds", "s3", "secretsmanager", "ssm"], var.data_services), shared = true }
    "logs"            = { description = "Logs and audit trails", services = ["s3"], shared = false }
    "images"          = { description = "Container images", services = ["ecr"], shared = true }
  }

  # The names by which services call for others (kms:ViaService), with the same ending in every partition.
  services = { for purpose in var.purposes : purpose =>
    [for service in local.purposes[purpose].services : "${service}.${data.aws_region.current.id}.amazonaws.com"]
  }

  # Who may make grants in a caller's name, by condition key and value. EKS does not set kms:GrantIsForAWSResource when it
  # creates a cluster, so only its name can tell it (Amazon EKS User Guide, "Encrypt Kubernetes secrets with KMS").
  grants = { for purpose in var.purposes : purpose => purpose == "cluster-secrets"
    ? { test = "StringEquals", variable = "kms:ViaService", values = local.services[purpose] }
    : { test = "Bool", variable = "kms:GrantIsForAWSResource", values = ["true"] }
  }

  # The role of the environment's control plane, which EKS uses to see that the key is in order. The role is made after the
  # key, and a policy cannot name a principal that does not exist: so it is a condition on the account.
  cluster_roles = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/platform/${var.platform}/${var.environment}/*-cluster"

  # Neither CreateGrant nor anything that encrypts or decrypts: an administrator is not a user.
  administration_actions = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
  ]

  use_actions = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
  ]

  shared_account_roots = [for id in var.shared_account_ids : "arn:${data.aws_partition.current.partition}:iam::${id}:root"]

  # Who uses each key without a service in between.
  users = { for purpose in var.purposes : purpose => concat(
    var.users,
    local.purposes[purpose].shared ? local.shared_account_roots : [],
  ) }
}

data "aws_iam_policy_document" "key" {
  for_each = var.purposes

  statement {
    # Through the account, IAM policies may administer the key. Without this a key whose administrators were
    # deleted could never be managed again.
    sid       = "AccountAdministers"
    actions   = local.administration_actions
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root]
    }
  }

  dynamic "statement" {
    for_each = length(var.administrators) > 0 ? [var.administrators] : []

    content {
      sid       = "AdministratorsAdminister"
      actions   = local.administration_actions
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }

  statement {
    sid       = "ServicesUseForCallersOfThisAccount"
    actions   = local.use_actions
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [local.account_root]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = local.services[each.key]
    }
  }

  statement {
    # EKS, EBS and RDS keep on using a key by a grant that they make in the caller's name.
    sid       = "ServicesMakeGrants"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = concat([local.account_root], local.users[each.key])
    }

    condition {
      test     = local.grants[each.key].test
      variable = local.grants[each.key].variable
      values   = local.grants[each.key].values
    }
  }

  dynamic "statement" {
    for_each = each.key == "cluster-secrets" ? [local.cluster_roles] : []

    content {
      sid       = "ControlPlaneUses"
      actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"]
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = [local.account_root]
      }

      condition {
        test     = "ArnLike"
        variable = "aws:PrincipalArn"
        values   = [statement.value]
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.users[each.key]) > 0 ? [local.users[each.key]] : []

    content {
      sid       = "UsersUse"
      actions   = local.use_actions
      resources = ["*"]

      principals {
        type        = "AWS"
        identifiers = statement.value
      }
    }
  }

  dynamic "statement" {
    for_each = each.key == "logs" ? ["logs.${data.aws_region.current.id}.amazonaws.com"] : []

    content {
      sid       = "CloudWatchLogsUses"
      actions   = local.use_actions
      resources = ["*"]

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }

      condition {
        test     = "ArnLike"
        variable = "kms:EncryptionContext:aws:logs:arn"
        values   = ["arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:log-group:*"]
      }
    }
  }
}
