# A key opens the data of one soft environment only.

resource "aws_kms_key" "this" {
  for_each = local.keys

  description             = "Data of ${var.platform}/${each.key}"
  enable_key_rotation     = true
  rotation_period_in_days = each.value.rotation_days
  deletion_window_in_days = each.value.deletion_window_days
  policy                  = data.aws_iam_policy_document.key[each.key].json

  tags = merge(var.tags, {
    "Name"              = "${var.platform}/${each.key}/data"
    "platform:resource" = "soft/${each.key}/key"
  })
}

resource "aws_kms_alias" "this" {
  for_each = local.keys

  name          = "alias/${var.platform}/${each.key}/data"
  target_key_id = aws_kms_key.this[each.key].key_id
}

locals {
  account_root = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
  services     = [for service in ["ec2", "s3", "secretsmanager", "ssm"] : "${service}.${data.aws_region.current.id}.amazonaws.com"]

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
  use_actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
}

data "aws_iam_policy_document" "key" {
  for_each = local.keys

  statement {
    # Through the account, IAM policies may administer the key, or it could be left with nobody who may.
    sid       = "AdministratorsAdminister"
    actions   = local.administration_actions
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = concat([local.account_root], each.value.administrators)
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
      values   = local.services
    }
  }

  statement {
    # EBS keeps on using a key by a grant that it makes in the caller's name.
    sid       = "ServicesMakeGrants"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = concat([local.account_root], each.value.users)
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }

  dynamic "statement" {
    for_each = length(each.value.users) > 0 ? [each.value.users] : []

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
}
