# An environment around a cluster that platform did not make. The cluster is described as it is and was imported; its network, keys and
# roles stay whose they are. Values come from terraform.tfvars.json only.

data "aws_vpc" "this" {
  id = var.vpc_id
}

module "cluster" {
  source = "../../modules/cluster-existing/1.0.0"

  # Without the tags of platform.
  providers = { aws = aws.existing }

  name                = var.cluster.name
  role_arn            = var.cluster.role_arn
  kubernetes_version  = var.cluster.kubernetes_version
  authentication_mode = var.cluster.authentication_mode
  public_access_cidrs = var.cluster.public_access_cidrs
  private_endpoint    = var.cluster.private_endpoint
  subnet_ids          = var.cluster.subnet_ids
  security_group_ids  = var.cluster.security_group_ids
  log_types           = var.cluster.log_types
  secrets_kms_key_arn = var.cluster.secrets_kms_key_arn
  support_type        = var.cluster.support_type
  zonal_shift         = var.cluster.zonal_shift
  cluster_tags        = var.cluster.tags
  node_groups         = var.cluster.node_groups
  addons              = var.cluster.addons
  access_entries      = var.cluster.access_entries
  oidc_provider       = var.cluster.oidc_provider
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
