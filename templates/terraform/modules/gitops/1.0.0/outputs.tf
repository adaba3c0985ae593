output "argocd_role_arn" {
  description = "Role of Argo CD. Null in a workload environment."
  value       = one(aws_iam_role.argocd[*].arn)
}

output "deployer_role_arn" {
  description = "Role that Argo CD assumes to work in the cluster. Null in the management environment, whose cluster it runs in."
  value       = one(aws_iam_role.deployer[*].arn)
}
