# What external-dns, cert-manager, external-secrets and the EBS CSI driver may do.

locals {
  own_secrets    = "arn:${local.partition}:secretsmanager:${local.region}:${local.account_id}:secret:${var.platform}/${var.environment}/*"
  own_parameters = "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/${var.platform}/${var.environment}/*"
  hosted_zones   = length(var.hosted_zone_arns) > 0 ? var.hosted_zone_arns : ["arn:${local.partition}:route53:::hostedzone/*"]
}

data "aws_iam_policy_document" "external_dns" {
  statement {
    sid       = "ChangeRecords"
    actions   = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"]
    resources = local.hosted_zones
  }

  statement {
    # Route 53 has no resource for listing.
    sid       = "FindZones"
    actions   = ["route53:ListHostedZones", "route53:ListHostedZonesByName", "route53:ListTagsForResources"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "cert_manager" {
  statement {
    sid       = "ProveOwnership"
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = local.hosted_zones

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "route53:ChangeResourceRecordSetsRecordTypes"
      values   = ["TXT"]
    }

    condition {
      test     = "ForAllValues:StringLike"
      variable = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
      values   = ["_acme-challenge.*"]
    }
  }

  statement {
    sid       = "ReadRecords"
    actions   = ["route53:ListResourceRecordSets"]
    resources = local.hosted_zones
  }

  statement {
    sid       = "WatchChanges"
    actions   = ["route53:GetChange"]
    resources = ["arn:${local.partition}:route53:::change/*"]
  }

  statement {
    sid       = "FindZones"
    actions   = ["route53:ListHostedZonesByName"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "external_secrets" {
  statement {
    sid = "ReadSecretsOfThisEnvironment"
    actions = [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetResourcePolicy",
      "secretsmanager:GetSecretValue",
      "secretsmanager:ListSecretVersionIds",
    ]
    resources = [local.own_secrets]
  }

  statement {
    sid       = "ReadParametersOfThisEnvironment"
    actions   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    resources = [local.own_parameters]
  }

  statement {
    sid       = "DecryptThem"
    actions   = ["kms:Decrypt"]
    resources = [var.data_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${local.region}.amazonaws.com", "ssm.${local.region}.amazonaws.com"]
    }
  }
}

# Volumes themselves are covered by the AWS managed policy, which asks for the driver's tags.
data "aws_iam_policy_document" "ebs_csi" {
  statement {
    sid       = "EncryptVolumes"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = [var.data_kms_key_arn]
  }

  statement {
    sid       = "LetInstancesUseTheKey"
    actions   = ["kms:CreateGrant"]
    resources = [var.data_kms_key_arn]

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}
