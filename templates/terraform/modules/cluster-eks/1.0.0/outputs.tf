output "name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Address of the Kubernetes API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate authority of the Kubernetes API, PEM in base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
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
  description = "Security group that EKS puts on the control plane's interfaces and on managed nodes."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "node_group_names" {
  description = "Name of each node group in EKS, by its name in `node_groups`."
  value       = { for name, group in aws_eks_node_group.this : name => group.node_group_name }
}

output "node_role_arn" {
  description = "Role of the nodes."
  value       = aws_iam_role.node.arn
}

output "pod_identity_role_arns" {
  description = "Role of each controller, by controller."
  value       = { for controller, role in aws_iam_role.controller : controller => role.arn }
}

output "log_group" {
  description = "Log group of the control plane."
  value       = aws_cloudwatch_log_group.control_plane.name
}
