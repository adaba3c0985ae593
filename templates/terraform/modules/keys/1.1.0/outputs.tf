output "arns" {
  description = "ARN of each key, by purpose."
  value       = { for purpose, key in aws_kms_key.this : purpose => key.arn }
}

output "aliases" {
  description = "Alias of each key, by purpose."
  value       = { for purpose, alias in aws_kms_alias.this : purpose => alias.name }
}
