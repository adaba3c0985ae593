output "vpc_id" {
  description = "Id of the VPC."
  value       = data.aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Address range of the VPC."
  value       = data.aws_vpc.this.cidr_block
}

output "cluster_name" {
  description = "Name of the EKS cluster."
  value       = module.cluster.name
}

output "cluster_endpoint" {
  description = "Address of the Kubernetes API."
  value       = module.cluster.endpoint
}

output "cluster_arn" {
  description = "ARN of the EKS cluster."
  value       = module.cluster.arn
}

output "cluster_version" {
  description = "Kubernetes version of the control plane."
  value       = module.cluster.version
}

output "oidc_issuer" {
  description = "URL of the cluster's OpenID Connect issuer."
  value       = module.cluster.oidc_issuer
}

output "argocd_role_arn" {
  description = "Role of Argo CD. Null without gitops and in a workload environment."
  value       = one(module.gitops[*].argocd_role_arn)
}

output "argocd_deployer_role_arn" {
  description = "Role that Argo CD assumes to work in the cluster. Null without gitops and in the management environment."
  value       = one(module.gitops[*].deployer_role_arn)
}
