# Where alarms go, what they cost, and how Prometheus reads CloudWatch. Everything is off unless it is asked for.

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

  topic_count = var.alarms ? 1 : 0
}

# A key of its own: AWS services may use it to write to the topic, and so could read whatever else it encrypted.
data "aws_iam_policy_document" "key" {
  count = local.topic_count

  statement {
    sid       = "IamPoliciesOfThisAccountDecide"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account_id}:root"]
    }
  }

  # Without a condition: EventBridge and CloudWatch bring none along when they use a key for a topic.
  statement {
    sid       = "ServicesPublish"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "alerts" {
  count = local.topic_count

  description             = "Alerts of ${var.platform}/${var.environment}"
  enable_key_rotation     = true
  deletion_window_in_days = var.key_deletion_window_days
  policy                  = data.aws_iam_policy_document.key[0].json

  tags = merge(var.tags, {
    "Name"              = "${var.platform}/${var.environment}/alerts"
    "platform:resource" = "observability/key/alerts"
  })
}

resource "aws_kms_alias" "alerts" {
  count = local.topic_count

  name          = "alias/${var.platform}/${var.environment}/alerts"
  target_key_id = aws_kms_key.alerts[0].key_id
}

resource "aws_sns_topic" "alerts" {
  count = local.topic_count

  name              = "${local.name}-alerts"
  display_name      = "Alerts of ${local.name}"
  kms_master_key_id = aws_kms_key.alerts[0].arn

  tags = merge(var.tags, {
    "Name"              = "${local.name}-alerts"
    "platform:resource" = "observability/topic/alerts"
  })
}

data "aws_iam_policy_document" "topic" {
  count = local.topic_count

  # EventBridge takes no condition in the policy of a topic.
  statement {
    sid       = "EventsPublish"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts[0].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }

  statement {
    sid       = "AlarmsAndBudgetsOfThisAccountPublish"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts[0].arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  count = local.topic_count

  arn    = aws_sns_topic.alerts[0].arn
  policy = data.aws_iam_policy_document.topic[0].json
}

# AWS sends each address a message that has to be confirmed.
resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarms ? toset(var.emails) : toset([])

  topic_arn = aws_sns_topic.alerts[0].arn
  protocol  = "email"
  endpoint  = each.key
}
