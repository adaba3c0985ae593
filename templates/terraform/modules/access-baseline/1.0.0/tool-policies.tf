# What the tool's roles may do. Three policies, since one may have 6,144 characters at most.

locals {
  # Everything with a name of its own starts with the platform's.
  named = {
    for service, resources in {
      athena         = ["workgroup/${var.platform}-*"]
      budgets        = ["budget/${var.platform}-*"]
      cloudtrail     = ["trail/${var.platform}-*"]
      cloudwatch     = ["alarm:${var.platform}-*"]
      dynamodb       = ["table/${var.platform}-*"]
      ecr            = ["repository/${var.platform}/*"]
      eks            = ["*/${var.platform}-*"]
      elasticache    = ["*:${local.cache_start}*", "parametergroup:default.*"]
      events         = ["rule/${var.platform}-*"]
      glue           = ["catalog", "database/${replace(var.platform, "-", "_")}_*", "table/${replace(var.platform, "-", "_")}_*", "userDefinedFunction/${replace(var.platform, "-", "_")}_*"]
      logs           = ["log-group:/platform/${var.platform}/*", "log-group:/aws/*/${var.platform}-*", "log-group:aws-waf-logs-${var.platform}-*"]
      rds            = ["*:${var.platform}-*", "cluster-pg:default.*", "og:default:*", "pg:default.*"]
      secretsmanager = ["secret:rds!*", "secret:${var.platform}/*"]
      sns            = ["${var.platform}-*"]
      wafv2          = ["*/${var.platform}-*", "*/managedruleset/*"]
    } : service => [for resource in resources : "arn:${local.partition}:${service}:${service == "budgets" ? "" : "*"}:${local.account_id}:${resource}"]
  }

  # A cache may have 40 characters, so the end of a long name is cut off.
  cache_start = substr("${var.platform}-", 0, 26)

  dashboards       = ["arn:${local.partition}:cloudwatch::${local.account_id}:dashboard/${var.platform}-*"]
  bucket_arn       = "arn:${local.partition}:s3:::${var.platform}-*"
  state_bucket_arn = "arn:${local.partition}:s3:::${var.platform}-state-${local.account_id}-*"
  iam_arn          = "arn:${local.partition}:iam::${local.account_id}"
  kms_arn          = "arn:${local.partition}:kms:*:${local.account_id}"

  tool_policies = {
    read = {
      description = "Reads settings and the state, and takes the lock of the state. No data."
      json        = data.aws_iam_policy_document.read.json
      roles       = ["plan", "apply"]
    }
    write-network = {
      description = "Changes networks, clusters, load balancers and databases of the platform."
      json        = data.aws_iam_policy_document.write_network.json
      roles       = ["apply"]
    }
    write-account = {
      description = "Changes roles, keys, buckets, registries, trails and zones of the platform."
      json        = data.aws_iam_policy_document.write_account.json
      roles       = ["apply"]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid = "ReadSettings"
    actions = [
      "access-analyzer:Get*",
      "access-analyzer:List*",
      "acm:Describe*",
      "acm:List*",
      "athena:GetWorkGroup",
      "athena:List*",
      "budgets:ListTagsForResource",
      "budgets:View*",
      "ce:Get*",
      "ce:List*",
      "cloudtrail:Describe*",
      "cloudtrail:Get*",
      "cloudtrail:List*",
      "cloudwatch:Describe*",
      "cloudwatch:GetDashboard",
      "cloudwatch:List*",
      "dynamodb:Describe*",
      "dynamodb:List*",
      "ec2:Describe*",
      "ec2:GetEbs*",
      "ecr:Describe*",
      "ecr:GetLifecyclePolicy",
      "ecr:GetRepositoryPolicy",
      "ecr:List*",
      "eks:Describe*",
      "eks:List*",
      "elasticache:Describe*",
      "elasticache:List*",
      "elasticloadbalancing:Describe*",
      "events:Describe*",
      "events:List*",
      "glue:GetDatabase*",
      "glue:GetTable*",
      "glue:GetPartition*",
      "glue:GetTags",
      "iam:Get*",
      "iam:List*",
      "kms:Describe*",
      "kms:Get*Policy",
      "kms:GetKeyRotationStatus",
      "kms:List*",
      "logs:Describe*",
      "logs:List*",
      "rds:Describe*",
      "rds:List*",
      "route53:Get*",
      "route53:List*",
      "s3:GetAccelerateConfiguration",
      "s3:GetAccountPublicAccessBlock",
      "s3:GetBucket*",
      "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
      "s3:GetReplicationConfiguration",
      "s3:ListAllMyBuckets",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetResourcePolicy",
      "sns:Get*",
      "sns:List*",
      "sts:GetCallerIdentity",
      "tag:Get*",
      "wafv2:GetIPSet",
      "wafv2:GetLoggingConfiguration",
      "wafv2:GetWebACL*",
      "wafv2:List*",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "ListBuckets"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [local.bucket_arn]
  }

  statement {
    sid       = "ReadState"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${local.state_bucket_arn}/*"]
  }

  statement {
    sid       = "LockState"
    actions   = ["s3:DeleteObject", "s3:PutObject"]
    resources = ["${local.state_bucket_arn}/*.tflock"]
  }
}

data "aws_iam_policy_document" "write_network" {
  statement {
    # Most of EC2 has no names, so nothing of it can be told apart by them.
    sid = "Networks"
    actions = [
      "ec2:Accept*",
      "ec2:Allocate*",
      "ec2:Associate*",
      "ec2:Attach*",
      "ec2:Authorize*",
      "ec2:Create*",
      "ec2:Delete*",
      "ec2:Detach*",
      "ec2:Disable*",
      "ec2:Disassociate*",
      "ec2:Enable*",
      "ec2:Modify*",
      "ec2:Reject*",
      "ec2:Release*",
      "ec2:Replace*",
      "ec2:ResetEbsDefaultKmsKeyId",
      "ec2:Revoke*",
      "ec2:RunInstances",
      "ec2:Update*",
      "elasticloadbalancing:*",
      # Flow logs and the log of the web ACL are delivered by CloudWatch Logs; endpoints of services have names of their own.
      "logs:*LogDelivery",
      "route53:AssociateVPCWithHostedZone",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "Clusters"
    actions   = ["eks:*"]
    resources = local.named["eks"]
  }

  statement {
    sid = "WebApplicationFirewall"
    actions = [
      "wafv2:AssociateWebACL",
      "wafv2:Create*",
      "wafv2:Delete*",
      "wafv2:DisassociateWebACL",
      "wafv2:PutLoggingConfiguration",
      "wafv2:TagResource",
      "wafv2:UntagResource",
      "wafv2:Update*",
    ]
    resources = concat(local.named["wafv2"], ["arn:${local.partition}:elasticloadbalancing:*:${local.account_id}:loadbalancer/*"])
  }

  statement {
    # Settings only: neither rows nor items.
    sid = "Databases"
    actions = [
      "dynamodb:CreateTable",
      "dynamodb:DeleteTable",
      "dynamodb:TagResource",
      "dynamodb:UntagResource",
      "dynamodb:Update*",
      "elasticache:AddTagsToResource",
      "elasticache:Create*",
      "elasticache:Delete*",
      "elasticache:Modify*",
      "elasticache:RemoveTagsFromResource",
      "rds:AddTagsToResource",
      "rds:Create*",
      "rds:Delete*",
      "rds:Modify*",
      "rds:RemoveTagsFromResource",
    ]
    resources = concat(local.named["dynamodb"], local.named["elasticache"], local.named["rds"])
  }

  statement {
    # RDS makes and keeps the passwords in the caller's name.
    sid       = "DatabasePasswords"
    actions   = ["secretsmanager:CreateSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource"]
    resources = local.named["secretsmanager"]
  }

  statement {
    sid = "AlarmsAndTopics"
    actions = [
      "cloudwatch:DeleteAlarms",
      "cloudwatch:DeleteDashboards",
      "cloudwatch:PutDashboard",
      "cloudwatch:PutMetricAlarm",
      "cloudwatch:TagResource",
      "cloudwatch:UntagResource",
      "events:DeleteRule",
      "events:PutRule",
      "events:PutTargets",
      "events:RemoveTargets",
      "events:TagResource",
      "events:UntagResource",
      "sns:CreateTopic",
      "sns:DeleteTopic",
      "sns:SetSubscriptionAttributes",
      "sns:SetTopicAttributes",
      "sns:Subscribe",
      "sns:TagResource",
      "sns:Unsubscribe",
      "sns:UntagResource",
    ]
    resources = concat(local.named["cloudwatch"], local.named["events"], local.named["sns"], local.dashboards)
  }

  statement {
    sid       = "Budgets"
    actions   = ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"]
    resources = local.named["budgets"]
  }

  statement {
    sid       = "CostAllocationTags"
    actions   = ["ce:UpdateCostAllocationTagsStatus"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "write_account" {
  statement {
    sid       = "WriteState"
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = ["${local.state_bucket_arn}/*"]
  }

  statement {
    # Buckets, and nothing in them but results of queries and access logs.
    sid = "Buckets"
    actions = [
      "s3:CreateBucket",
      "s3:DeleteBucket",
      "s3:DeleteBucketPolicy",
      "s3:PutBucket*",
      "s3:PutEncryptionConfiguration",
      "s3:PutLifecycleConfiguration",
    ]
    resources = [local.bucket_arn]
  }

  statement {
    # What is deleted with its bucket.
    sid     = "QueryResultsAndAccessLogs"
    actions = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = [
      "arn:${local.partition}:s3:::${var.platform}-query-${local.account_id}-*/*",
      "${local.bucket_arn}/AWSLogs/${local.account_id}/ELBAccessLogTestFile",
      "${local.bucket_arn}/AWSLogs/${local.account_id}/elasticloadbalancing/*",
    ]
  }

  statement {
    # Whoever makes roles can give them any right: who may take this role is as good as an administrator.
    sid = "Roles"
    actions = [
      "iam:AddRoleToInstanceProfile",
      "iam:AttachRolePolicy",
      "iam:CreateInstanceProfile",
      "iam:CreatePolicy*",
      "iam:CreateRole",
      "iam:DeleteInstanceProfile",
      "iam:DeletePolicy*",
      "iam:DeleteRole*",
      "iam:DetachRolePolicy",
      "iam:PassRole",
      "iam:PutRolePolicy",
      "iam:RemoveRoleFromInstanceProfile",
      "iam:SetDefaultPolicyVersion",
      "iam:TagInstanceProfile",
      "iam:TagPolicy",
      "iam:TagRole",
      "iam:UntagInstanceProfile",
      "iam:UntagPolicy",
      "iam:UntagRole",
      "iam:UpdateAssumeRolePolicy",
      "iam:UpdateRole*",
    ]
    resources = [for kind in ["instance-profile", "policy", "role"] : "${local.iam_arn}:${kind}/platform/${var.platform}/*"]
  }

  statement {
    sid       = "IdentityProviders"
    actions   = ["iam:*OpenIDConnectProvider*"]
    resources = ["${local.iam_arn}:oidc-provider/*"]
  }

  statement {
    sid       = "ServiceLinkedRoles"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["${local.iam_arn}:role/aws-service-role/*"]
  }

  statement {
    sid = "WholeAccount"
    actions = [
      "access-analyzer:CreateAnalyzer",
      "access-analyzer:DeleteAnalyzer",
      "access-analyzer:TagResource",
      "access-analyzer:UntagResource",
      "acm:AddTagsToCertificate",
      "acm:DeleteCertificate",
      "acm:RemoveTagsFromCertificate",
      "acm:RequestCertificate",
      "iam:DeleteAccountPasswordPolicy",
      "iam:UpdateAccountPasswordPolicy",
      "kms:CreateKey",
      "logs:*ResourcePolicy",
      "route53:Change*",
      "route53:CreateHostedZone",
      "route53:DeleteHostedZone",
      "route53:UpdateHostedZoneComment",
      "s3:PutAccountPublicAccessBlock",
    ]
    resources = ["*"]
  }

  statement {
    # A key has its tags from the start, and none of them when the right to give them is looked at.
    sid       = "TagsOfNewKeys"
    actions   = ["kms:TagResource"]
    resources = ["${local.kms_arn}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/platform:name"
      values   = [var.platform]
    }
  }

  statement {
    # Neither encrypts nor decrypts.
    sid = "Keys"
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DisableKey*",
      "kms:EnableKey*",
      "kms:PutKeyPolicy",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:Update*",
    ]
    resources = ["${local.kms_arn}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/platform:name"
      values   = [var.platform]
    }
  }

  statement {
    sid       = "KeyAliases"
    actions   = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"]
    resources = ["${local.kms_arn}:alias/${var.platform}/*"]
  }

  statement {
    # Services go on using a key by a grant that they make in the caller's name.
    sid       = "KeysThroughServices"
    actions   = ["kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:RetireGrant"]
    resources = ["${local.kms_arn}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/platform:name"
      values   = [var.platform]
    }

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = [for service in ["dynamodb", "ec2", "ecr", "eks", "elasticache", "rds", "secretsmanager"] : "${service}.*.amazonaws.com"]
    }
  }

  statement {
    # Repositories, not the images in them.
    sid = "Registries"
    actions = [
      "ecr:CreateRepository",
      "ecr:DeleteLifecyclePolicy",
      "ecr:DeleteRepository*",
      "ecr:PutImageScanningConfiguration",
      "ecr:PutImageTagMutability",
      "ecr:PutLifecyclePolicy",
      "ecr:SetRepositoryPolicy",
      "ecr:TagResource",
      "ecr:UntagResource",
    ]
    resources = local.named["ecr"]
  }

  statement {
    sid = "TrailsAndLogs"
    actions = [
      "athena:*WorkGroup",
      "athena:TagResource",
      "athena:UntagResource",
      "cloudtrail:AddTags",
      "cloudtrail:CreateTrail",
      "cloudtrail:DeleteTrail",
      "cloudtrail:PutEventSelectors",
      "cloudtrail:RemoveTags",
      "cloudtrail:StartLogging",
      "cloudtrail:StopLogging",
      "cloudtrail:UpdateTrail",
      "glue:CreateDatabase",
      "glue:CreateTable",
      "glue:DeleteDatabase",
      "glue:DeleteTable",
      "glue:TagResource",
      "glue:UntagResource",
      "glue:UpdateDatabase",
      "glue:UpdateTable",
      "logs:AssociateKmsKey",
      "logs:CreateLogGroup",
      "logs:DeleteLogGroup",
      "logs:DeleteMetricFilter",
      "logs:DeleteRetentionPolicy",
      "logs:DisassociateKmsKey",
      "logs:PutMetricFilter",
      "logs:PutRetentionPolicy",
      "logs:TagResource",
      "logs:UntagResource",
    ]
    resources = concat(local.named["athena"], local.named["cloudtrail"], local.named["glue"], local.named["logs"])
  }
}
