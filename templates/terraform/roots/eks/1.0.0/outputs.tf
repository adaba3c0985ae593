output "vpc_id" {
  description = "Id of the VPC."
  value       = module.network.vpc_id
}

output "vpc_cidr" {
  description = "Address range of the VPC."
  value       = module.network.vpc_cidr
}

output "private_subnet_ids" {
  description = "Subnets for nodes and internal load balancers."
  value       = module.network.private_subnet_ids
}

output "public_subnet_ids" {
  description = "Subnets for internet-facing load balancers."
  value       = module.network.public_subnet_ids
}

output "database_subnet_ids" {
  description = "Subnets for databases, without a way to the internet."
  value       = module.network.database_subnet_ids
}

output "key_arns" {
  description = "ARN of each KMS key, by purpose."
  value       = module.keys.arns
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

output "pod_identity_role_arns" {
  description = "Role of each controller, by controller."
  value       = module.cluster.pod_identity_role_arns
}
