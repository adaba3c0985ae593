output "name" {
  description = "Name of the EKS cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the EKS cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Address of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "version" {
  description = "Kubernetes version of the control plane."
  value       = aws_eks_cluster.this.version
}

output "oidc_issuer" {
  description = "URL of the cluster's OpenID Connect issuer."
  value       = one(aws_eks_cluster.this.identity[*].oidc[0].issuer)
}

output "security_group_id" {
  description = "Security group that EKS made for the cluster."
  value       = one(aws_eks_cluster.this.vpc_config[*].cluster_security_group_id)
}
