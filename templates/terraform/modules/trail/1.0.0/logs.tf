# The same records in CloudWatch Logs, where alarms look at them within minutes.

locals {
  # Role names end at 64 characters: a long name keeps its start and gets a digest.
  role_prefix = length(local.name) <= 35 ? local.name : "${substr(local.name, 0, 26)}-${substr(sha256(local.name), 0, 8)}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/platform/${var.platform}/${var.environment}/trail"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn

  tags = merge(var.tags, {
    "Name"              = "${local.name}-trail"
    "platform:resource" = "trail/log-group"
  })
}

data "aws_iam_policy_document" "logs_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail_arn]
    }
  }
}

# Streams are named after the account and region of the trail (AWS CloudTrail User Guide, "Role policy document for CloudTrail to use
# CloudWatch Logs").
data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:log-stream:${local.account_id}_CloudTrail_*"]
  }
}

resource "aws_iam_role" "logs" {
  name               = "${local.role_prefix}-trail-logs"
  path               = "/platform/${var.platform}/${var.environment}/"
  description        = "Lets the trail ${local.name} write to CloudWatch Logs."
  assume_role_policy = data.aws_iam_policy_document.logs_trust.json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-trail-logs"
    "platform:resource" = "trail/role/logs"
  })
}

resource "aws_iam_role_policy" "logs" {
  name   = "write-records"
  role   = aws_iam_role.logs.id
  policy = data.aws_iam_policy_document.logs.json
}
