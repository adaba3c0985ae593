# A filter on the records of the trail instead of an event rule: STS records the taking of a role in the region that was asked, and at its
# global address in us-east-1, and a rule sees the events of its own region only. The log group of a trail has those of all regions.
# Sources: AWS CloudTrail User Guide, "Creating CloudWatch alarms for CloudTrail events: examples", and AWS IAM User Guide, "Logging IAM and
# AWS STS API calls with AWS CloudTrail".

locals {
  use_namespace = "platform/${var.platform}/${var.environment}"
  use_metric    = "BreakGlassUses"
}

# Metric filters have no tags.
resource "aws_cloudwatch_log_metric_filter" "break_glass" {
  count = var.alarms && var.break_glass != null ? 1 : 0

  name           = "${local.name}-break-glass"
  log_group_name = var.break_glass.log_group
  # What is done with the role counts too: the console takes a role in a way of its own, and its record is called SwitchRole.
  pattern = "{ ($.eventName = \"AssumeRole\" && $.requestParameters.roleArn = \"${var.break_glass.role_arn}\") || ($.userIdentity.sessionContext.sessionIssuer.arn = \"${var.break_glass.role_arn}\") }"

  metric_transformation {
    namespace = local.use_namespace
    name      = local.use_metric
    value     = "1"
  }
}

# What is done to keys is in the trail too, and nowhere else: KMS has no metric for a deletion that was scheduled or a call that was refused.
# The alarm on keys that are watched comes from an event (alarms.tf); these numbers are for Prometheus.
resource "aws_cloudwatch_log_metric_filter" "keys" {
  for_each = var.alarms && var.break_glass != null ? {
    deletions = { metric = "KeyDeletions", pattern = "{ $.eventSource = \"kms.amazonaws.com\" && ($.eventName = \"ScheduleKeyDeletion\" || $.eventName = \"DisableKey\") }" }
    denials   = { metric = "KeyDenials", pattern = "{ $.eventSource = \"kms.amazonaws.com\" && $.errorCode = \"AccessDenied*\" }" }
  } : {}

  name           = "${local.name}-key-${each.key}"
  log_group_name = var.break_glass.log_group
  pattern        = each.value.pattern

  metric_transformation {
    namespace = local.use_namespace
    name      = each.value.metric
    value     = "1"
  }
}
