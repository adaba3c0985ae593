# One environment: its network, its keys and its cluster. Values come from terraform.tfvars.json only.

module "keys" {
  source = "../../modules/keys/1.0.0"

  platform             = var.platform
  environment          = var.environment
  rotation_days        = var.keys.rotation_days
  deletion_window_days = var.keys.deletion_window_days
  administrators       = var.keys.administrators
  users                = var.keys.users
  shared_account_ids   = var.keys.shared_account_ids
}

module "network" {
  source = "../../modules/network/1.0.0"

  platform                = var.platform
  environment             = var.environment
  cidr                    = var.network.cidr
  zone_count              = var.network.zone_count
  nat                     = var.network.nat
  interface_endpoints     = var.network.interface_endpoints
  flow_log_retention_days = var.network.flow_log_retention_days
  log_kms_key_arn         = module.keys.arns["logs"]
  cluster_names           = [var.cluster.name]
}

module "cluster" {
  source = "../../modules/cluster-eks/1.0.0"

  platform            = var.platform
  environment         = var.environment
  role                = var.role
  protection          = var.protection
  name                = var.cluster.name
  kubernetes_version  = var.cluster.kubernetes_version
  authentication_mode = var.cluster.authentication_mode
  public_access_cidrs = var.cluster.public_access_cidrs
  administrators      = var.cluster.administrators
  log_retention_days  = var.cluster.log_retention_days
  node_groups         = var.cluster.node_groups
  subnet_ids          = module.network.private_subnet_ids
  secrets_kms_key_arn = module.keys.arns["cluster-secrets"]
  data_kms_key_arn    = module.keys.arns["data"]
  log_kms_key_arn     = module.keys.arns["logs"]
}
