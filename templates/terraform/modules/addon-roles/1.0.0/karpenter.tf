# How Karpenter hears that AWS will take a machine away: events of EC2 and of AWS Health, in a queue that is named like the cluster, which
# the role of Karpenter knows it by. Follows Karpenter's documentation, "Interruption".

locals {
  # What EC2 and AWS Health tell, by name.
  interruptions = {
    "health"       = { source = "aws.health", detail_type = "AWS Health Event" }
    "rebalance"    = { source = "aws.ec2", detail_type = "EC2 Instance Rebalance Recommendation" }
    "spot"         = { source = "aws.ec2", detail_type = "EC2 Spot Instance Interruption Warning" }
    "state-change" = { source = "aws.ec2", detail_type = "EC2 Instance State-change Notification" }
  }
}

resource "aws_sqs_queue" "karpenter" {
  count = local.karpenter

  name                      = var.cluster_name
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true

  tags = merge(var.tags, {
    "Name"              = var.cluster_name
    "platform:resource" = "addons/queue/karpenter"
  })

  lifecycle {
    precondition {
      condition     = length(var.cluster_name) <= 80
      error_message = "The name of the cluster has more than 80 characters, which is the most that the name of a queue may have."
    }
  }
}

data "aws_iam_policy_document" "karpenter_queue" {
  count = local.karpenter

  statement {
    sid       = "EventsArrive"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.karpenter[0].arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }

  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.karpenter[0].arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "karpenter" {
  count = local.karpenter

  queue_url = aws_sqs_queue.karpenter[0].id
  policy    = data.aws_iam_policy_document.karpenter_queue[0].json
}

resource "aws_cloudwatch_event_rule" "karpenter" {
  for_each = { for name, event in local.interruptions : name => event if local.karpenter == 1 }

  name        = "${local.role_prefix}-karpenter-${each.key}"
  description = "Tells Karpenter of ${var.cluster_name}: ${each.value.detail_type}."
  event_pattern = jsonencode({
    source      = [each.value.source]
    detail-type = [each.value.detail_type]
  })

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-karpenter-${each.key}"
    "platform:resource" = "addons/rule/karpenter/${each.key}"
  })
}

resource "aws_cloudwatch_event_target" "karpenter" {
  for_each = aws_cloudwatch_event_rule.karpenter

  rule      = each.value.name
  target_id = "karpenter"
  arn       = aws_sqs_queue.karpenter[0].arn
}
