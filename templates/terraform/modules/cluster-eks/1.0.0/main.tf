data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  prefix = "${var.platform}-${var.environment}"
  # Role names end at 64 characters: a long name keeps its start and gets a digest.
  role_prefix = length(local.prefix) <= 35 ? local.prefix : "${substr(local.prefix, 0, 26)}-${substr(sha256(local.prefix), 0, 8)}"
  role_path   = "/platform/${var.platform}/${var.environment}/"

  # Known before the cluster is, so that roles and policies need not wait for it.
  cluster_arn = "arn:${local.partition}:eks:${local.region}:${local.account_id}:cluster/${var.name}"
}

# Made before the cluster: EKS would make it itself, without a retention and without a key.
resource "aws_cloudwatch_log_group" "control_plane" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn

  tags = merge(var.tags, {
    "Name"              = "${var.name}-control-plane"
    "platform:resource" = "cluster/log-group"
  })
}

resource "aws_eks_cluster" "this" {
  name     = var.name
  role_arn = aws_iam_role.cluster.arn
  version  = var.kubernetes_version

  enabled_cluster_log_types = ["api", "audit", "authenticator", "controllerManager", "scheduler"]

  # The add-ons below take the place of the ones that EKS would install by itself.
  bootstrap_self_managed_addons = false

  access_config {
    authentication_mode = var.authentication_mode
    # Whoever runs Terraform gets no hidden administrator: access.tf names them all.
    bootstrap_cluster_creator_admin_permissions = false
  }

  vpc_config {
    subnet_ids              = var.subnet_ids
    endpoint_private_access = true
    endpoint_public_access  = length(var.public_access_cidrs) > 0
    public_access_cidrs     = length(var.public_access_cidrs) > 0 ? var.public_access_cidrs : null
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = var.secrets_kms_key_arn
    }
  }

  tags = merge(var.tags, {
    "Name"                = var.name
    "platform:resource"   = "cluster/control-plane"
    "platform:role"       = var.role
    "platform:protection" = tostring(var.protection)
  })

  lifecycle {
    # EKS uses both only while it creates a cluster and does not tell them afterwards:
    # a cluster that was imported would be replaced.
    ignore_changes = [
      access_config[0].bootstrap_cluster_creator_admin_permissions,
      bootstrap_self_managed_addons,
    ]
  }

  depends_on = [
    aws_cloudwatch_log_group.control_plane,
    aws_iam_role_policy.cluster,
    aws_iam_role_policy_attachment.cluster,
  ]
}
