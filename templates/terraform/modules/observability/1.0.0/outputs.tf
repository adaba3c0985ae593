output "topic_arn" {
  description = "ARN of the topic that alarms are sent to. Null without alarms."
  value       = one(aws_sns_topic.alerts[*].arn)
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = sort([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name])
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard. Null without alarms."
  value       = one(aws_cloudwatch_dashboard.this[*].dashboard_name)
}

output "exporter_role_arn" {
  description = "Role of the CloudWatch exporter. Null without it."
  value       = one(aws_iam_role.exporter[*].arn)
}

output "exporter_configuration" {
  description = "Configuration of the CloudWatch exporter (YACE), as an object to be written as YAML. Null without it."
  value       = var.exporter == null ? null : local.exporter_configuration
}

output "budget_names" {
  description = "Name of each budget, by its name in `budgets`."
  value       = { for name, budget in aws_budgets_budget.this : name => budget.name }
}
