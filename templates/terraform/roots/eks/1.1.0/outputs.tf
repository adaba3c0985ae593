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
  value       = merge(module.cluster.pod_identity_role_arns, one(module.addon_roles[*].role_arns))
}

# Null while the part is off: an output that is null changes nothing in an environment that has not switched it on.

output "edge_dns_name" {
  description = "Name of the load balancer, for DNS records. Null without edge."
  value       = one(module.edge[*].dns_name)
}

output "edge_zone_id" {
  description = "Hosted zone of the load balancer, for alias records. Null without edge."
  value       = one(module.edge[*].zone_id)
}

output "edge_target_group_arns" {
  description = "ARN of each target group, by name: clusters bind to it with a TargetGroupBinding. Null without edge."
  value       = one(module.edge[*].target_group_arns)
}

output "web_acl_arn" {
  description = "ARN of the web ACL. Null without one."
  value       = one(module.edge[*].web_acl_arn)
}

output "database_endpoints" {
  description = "Address and port of each database, by name. Null without databases."
  value       = one(module.databases[*].endpoints)
}

output "database_secret_arns" {
  description = "ARN of the secret with the password of each relational database, by name. Null without databases."
  value       = one(module.databases[*].secret_arns)
}

output "soft_environments" {
  description = "The soft environments in this cluster by name, with their namespaces and keys. Null without any."
  value       = one(module.soft_environments[*].environments)
}

output "management_peering_id" {
  description = "Id of the peering with the management network. Null without connectivity."
  value       = one(module.connectivity[*].peering_id)
}

output "alerts_topic_arn" {
  description = "ARN of the topic that alarms are sent to. Null without alarms."
  value       = one(module.observability[*].topic_arn)
}

output "metrics_exporter" {
  description = "Role and configuration (YACE) of the CloudWatch exporter. Null without it."
  value = one([for observability in module.observability : {
    role_arn      = observability.exporter_role_arn
    configuration = observability.exporter_configuration
  } if observability.exporter_role_arn != null])
}

output "argocd_role_arn" {
  description = "Role of Argo CD. Null without gitops and in a workload environment."
  value       = one(module.gitops[*].argocd_role_arn)
}

output "argocd_deployer_role_arn" {
  description = "Role that Argo CD assumes to work in the cluster. Null without gitops and in the management environment."
  value       = one(module.gitops[*].deployer_role_arn)
}

output "velero_bucket" {
  description = "Bucket of Velero's backups. Null without the add-on."
  value       = one(module.addon_roles[*].velero_bucket)
}

output "karpenter_queue" {
  description = "Queue that tells Karpenter of machines that AWS will take away. Null without the add-on."
  value       = one(module.addon_roles[*].karpenter_queue)
}
