data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # Role names end at 64 characters: a long name keeps its start and gets a digest.
  role_prefix = length(local.name) <= 35 ? local.name : "${substr(local.name, 0, 26)}-${substr(sha256(local.name), 0, 8)}"
}

resource "aws_cloudwatch_log_group" "flow_logs" {
  name              = "/platform/${var.platform}/${var.environment}/flow-logs"
  retention_in_days = var.flow_log_retention_days
  kms_key_id        = var.log_kms_key_arn

  tags = merge(var.tags, {
    "Name"              = "${local.name}-flow-logs"
    "platform:resource" = "network/log-group/flow-logs"
  })
}

data "aws_iam_policy_document" "flow_logs_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["vpc-flow-logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${data.aws_partition.current.partition}:ec2:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:vpc-flow-log/*"]
    }
  }
}

# Without logs:CreateLogGroup: late records would bring a deleted log group back.
data "aws_iam_policy_document" "flow_logs" {
  statement {
    actions = [
      "logs:CreateLogStream",
      "logs:DescribeLogStreams",
      "logs:PutLogEvents",
    ]
    resources = ["${aws_cloudwatch_log_group.flow_logs.arn}:*"]
  }

  statement {
    actions   = ["logs:DescribeLogGroups"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "flow_logs" {
  name               = "${local.role_prefix}-flow-logs"
  path               = "/platform/${var.platform}/${var.environment}/"
  description        = "Lets the VPC of ${local.name} write its flow logs."
  assume_role_policy = data.aws_iam_policy_document.flow_logs_trust.json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-flow-logs"
    "platform:resource" = "network/role/flow-logs"
  })
}

resource "aws_iam_role_policy" "flow_logs" {
  name   = "write-flow-logs"
  role   = aws_iam_role.flow_logs.id
  policy = data.aws_iam_policy_document.flow_logs.json
}

resource "aws_flow_log" "this" {
  vpc_id               = aws_vpc.this.id
  traffic_type         = "ALL"
  log_destination_type = "cloud-watch-logs"
  log_destination      = aws_cloudwatch_log_group.flow_logs.arn
  iam_role_arn         = aws_iam_role.flow_logs.arn

  tags = merge(var.tags, {
    "Name"              = local.name
    "platform:resource" = "network/flow-log"
  })

  depends_on = [aws_iam_role_policy.flow_logs]
}
