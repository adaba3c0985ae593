output "environments" {
  description = "The soft environments by name: their namespaces, and the ARN of their key, null without one."
  value = { for name, environment in var.environments : name => {
    namespaces = environment.namespaces
    key_arn    = try(aws_kms_key.this[name].arn, null)
  } }
}
