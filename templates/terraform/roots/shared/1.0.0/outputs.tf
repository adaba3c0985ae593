output "key_arns" {
  description = "ARN of each KMS key, by purpose."
  value       = module.keys.arns
}

output "repository_urls" {
  description = "Address to push to and pull from, by repository."
  value       = try(module.registry[0].repository_urls, {})
}

output "repository_arns" {
  description = "ARN of each repository."
  value       = try(module.registry[0].repository_arns, {})
}

output "trail_arn" {
  description = "ARN of the audit trail. Null: there is none."
  value       = one(module.trail[*].arn)
}

output "trail_bucket" {
  description = "Name of the bucket with the records of the trail. Null: there is none."
  value       = one(module.trail[*].bucket)
}

output "trail_key_arn" {
  description = "ARN of the key that encrypts the records. Null: there is none."
  value       = one(module.trail[*].key_arn)
}

output "trail_log_group" {
  description = "Log group with the records of the trail. Null: there is none."
  value       = one(module.trail[*].log_group)
}

output "trail_workgroup" {
  description = "Athena workgroup for questions to the records. Null: there is none."
  value       = one(module.trail[*].workgroup)
}

output "trail_table" {
  description = "Database and table of the records in Athena. Null: there is none."
  value       = one(module.trail[*].table)
}

output "zone_ids" {
  description = "Id of each hosted zone, by domain."
  value       = try(module.dns[0].zone_ids, {})
}

output "zone_arns" {
  description = "ARN of each hosted zone, by domain."
  value       = try(module.dns[0].zone_arns, {})
}

output "name_servers" {
  description = "Name servers of each hosted zone, by domain: what the parent domain has to name."
  value       = try(module.dns[0].name_servers, {})
}

output "certificate_arns" {
  description = "ARN of the certificate of each domain that has one."
  value       = try(module.dns[0].certificate_arns, {})
}

output "break_glass_role_arn" {
  description = "ARN of the role for emergencies. Null: there is none."
  value       = one(module.access_baseline[*].break_glass_role_arn)
}

output "plan_role_arn" {
  description = "ARN of the role that may plan. Null: there is none."
  value       = one(module.access_baseline[*].plan_role_arn)
}

output "apply_role_arn" {
  description = "ARN of the role that may apply. Null: there is none."
  value       = one(module.access_baseline[*].apply_role_arn)
}

output "budget_names" {
  description = "Name of each budget in AWS, by its name here."
  value       = try(module.observability[0].budget_names, {})
}

output "alerts_topic_arn" {
  description = "ARN of the topic that alarms are sent to. Null: there is none."
  value       = one(module.observability[*].topic_arn)
}
