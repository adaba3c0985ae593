# Budgets warn, they stop nothing. A budget that is filtered by a tag sees costs only once the tag is a cost allocation tag.
resource "aws_budgets_budget" "this" {
  for_each = var.budgets

  name         = "${local.name}-${each.key}"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = format("%.2f", each.value.monthly_usd)
  limit_unit   = "USD"

  dynamic "cost_filter" {
    for_each = each.value.tag == null ? [] : [each.value.tag]

    content {
      name   = "TagKeyValue"
      values = [format("user:%s$%s", cost_filter.value.key, cost_filter.value.value)]
    }
  }

  dynamic "notification" {
    for_each = each.value.thresholds

    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = "ACTUAL"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = each.value.emails
      subscriber_sns_topic_arns  = aws_sns_topic.alerts[*].arn
    }
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    notification_type          = "FORECASTED"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = each.value.emails
    subscriber_sns_topic_arns  = aws_sns_topic.alerts[*].arn
  }

  tags = merge(var.tags, {
    "Name"              = "${local.name}-${each.key}"
    "platform:resource" = "observability/budget/${each.key}"
  })

  lifecycle {
    precondition {
      condition     = length(each.value.emails) > 0 || var.alarms
      error_message = "Budget \"${each.key}\" tells nobody: name an address, or switch the alarms on."
    }
  }
}

# Once for all accounts, by the account that pays, and only tags that billing has seen: a day after the first resource has them.
resource "aws_ce_cost_allocation_tag" "this" {
  for_each = var.cost_allocation_tags

  tag_key = each.key
  status  = "Active"
}
