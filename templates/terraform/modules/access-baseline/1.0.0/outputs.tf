output "break_glass_role_arn" {
  description = "ARN of the role for emergencies. Null: there is none."
  value       = one(aws_iam_role.break_glass[*].arn)
}

output "break_glass_role_name" {
  description = "Name of the role for emergencies, for alarms on its use. Null: there is none."
  value       = one(aws_iam_role.break_glass[*].name)
}

output "plan_role_arn" {
  description = "ARN of the role that may plan. Null: there is none."
  value       = try(aws_iam_role.tool["plan"].arn, null)
}

output "apply_role_arn" {
  description = "ARN of the role that may apply. Null: there is none."
  value       = try(aws_iam_role.tool["apply"].arn, null)
}

output "access_analyzer_arn" {
  description = "ARN of the Access Analyzer. Null: there is none."
  value       = one(aws_accessanalyzer_analyzer.this[*].arn)
}
