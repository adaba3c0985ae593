# One environment: its network, its keys and its cluster, and what is switched on beside them. Values come from
# terraform.tfvars.json only. What is off makes nothing.

locals {
  # Engines whose service uses the data key by another name than RDS.
  key_services = { dynamodb = "dynamodb", redis = "elasticache", valkey = "elasticache" }
}

module "keys" {
  source = "../../modules/keys/1.1.0"

  platform             = var.platform
  environment          = var.environment
  rotation_days        = var.keys.rotation_days
  deletion_window_days = var.keys.deletion_window_days
  administrators       = var.keys.administrators
  users                = var.keys.users
  shared_account_ids   = var.keys.shared_account_ids
  data_services        = sort(distinct([for database in values(var.databases) : local.key_services[database.engine] if contains(keys(local.key_services), database.engine)]))
}

module "network" {
  source = "../../modules/network/1.1.0"

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
  addon_versions      = var.cluster.addon_versions
  node_groups         = var.cluster.node_groups
  hosted_zone_arns    = var.hosted_zone_arns
  subnet_ids          = module.network.private_subnet_ids
  secrets_kms_key_arn = module.keys.arns["cluster-secrets"]
  data_kms_key_arn    = module.keys.arns["data"]
  log_kms_key_arn     = module.keys.arns["logs"]
}

module "edge" {
  source = "../../modules/edge/1.0.0"
  count  = var.edge == null ? 0 : 1

  platform                  = var.platform
  environment               = var.environment
  protection                = var.protection
  vpc_id                    = module.network.vpc_id
  subnet_ids                = var.edge.internal ? module.network.private_subnet_ids : module.network.public_subnet_ids
  internal                  = var.edge.internal
  allowed_cidrs             = var.edge.allowed_cidrs
  certificate_arns          = var.edge.certificate_arns
  plain_http                = var.edge.plain_http
  target_groups             = var.edge.target_groups
  target_security_group_id  = module.cluster.security_group_id
  access_log_retention_days = var.edge.access_log_retention_days
  waf                       = var.waf
  log_kms_key_arn           = module.keys.arns["logs"]
}

module "databases" {
  source = "../../modules/databases/1.0.0"
  count  = length(var.databases) > 0 ? 1 : 0

  platform                 = var.platform
  environment              = var.environment
  protection               = var.protection
  vpc_id                   = module.network.vpc_id
  subnet_ids               = module.network.database_subnet_ids
  client_security_group_id = module.cluster.security_group_id
  kms_key_arn              = module.keys.arns["data"]
  log_kms_key_arn          = module.keys.arns["logs"]
  log_retention_days       = var.cluster.log_retention_days
  databases                = var.databases
}

module "soft_environments" {
  source = "../../modules/soft-environments/1.0.0"
  count  = length(var.soft_environments) > 0 ? 1 : 0

  platform               = var.platform
  cluster_name           = module.cluster.name
  cluster_administrators = var.cluster.administrators
  environments           = var.soft_environments
}

module "connectivity" {
  source = "../../modules/connectivity/1.0.0"
  count  = var.connectivity == null ? 0 : 1

  providers = {
    aws            = aws
    aws.management = aws.management
  }

  platform                  = var.platform
  environment               = var.environment
  vpc_id                    = module.network.vpc_id
  cidr                      = var.network.cidr
  route_table_ids           = module.network.private_route_table_ids
  cluster_security_group_id = module.cluster.security_group_id
  management = {
    vpc_id     = var.connectivity.vpc_id
    cidr       = var.connectivity.cidr
    account_id = var.connectivity.account_id
    region     = var.connectivity.region
  }
}

module "observability" {
  source = "../../modules/observability/1.0.0"
  count  = var.observability == null ? 0 : 1

  platform                 = var.platform
  environment              = var.environment
  alarms                   = var.observability.alarms
  emails                   = var.observability.emails
  key_deletion_window_days = var.keys.deletion_window_days
  exporter                 = var.observability.exporter ? {} : null
  cluster_name             = module.cluster.name
  nat_gateway_ids          = module.network.nat_gateway_ids
  key_arns                 = module.keys.arns
  load_balancer = var.edge == null ? null : {
    arn_suffix    = module.edge[0].load_balancer_arn_suffix
    target_groups = module.edge[0].target_group_arn_suffixes
  }
  web_acl   = var.edge == null || var.waf == null ? null : { name = module.edge[0].web_acl_name }
  databases = length(var.databases) > 0 ? module.databases[0].monitored : null
  budgets = var.observability.monthly_budget_usd == null ? {} : {
    environment = {
      monthly_usd = var.observability.monthly_budget_usd
      tag         = { key = "platform:environment", value = var.environment }
      emails      = var.observability.emails
    }
  }
}

module "gitops" {
  source = "../../modules/gitops/1.0.0"
  count  = var.gitops == null ? 0 : 1

  platform     = var.platform
  environment  = var.environment
  cluster_name = module.cluster.name
  management = {
    environment = var.gitops.management_environment
    account_id  = var.gitops.management_account_id
  }
  git_repository_arn = var.gitops.git_repository_arn
}

module "addon_roles" {
  source = "../../modules/addon-roles/1.0.0"
  count  = length(var.addons) > 0 ? 1 : 0

  platform         = var.platform
  environment      = var.environment
  protection       = var.protection
  cluster_name     = module.cluster.name
  addons           = var.addons
  data_kms_key_arn = module.keys.arns["data"]
}
