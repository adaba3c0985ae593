output "role_arns" {
  description = "Role of each add-on that has one from here, by add-on."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "velero_bucket" {
  description = "Bucket of the backups. Null without Velero."
  value       = one(aws_s3_bucket.velero[*].id)
}

output "karpenter_queue" {
  description = "Queue that tells Karpenter of machines that AWS will take away. Null without Karpenter."
  value       = one(aws_sqs_queue.karpenter[*].name)
}
