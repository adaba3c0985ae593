# An EKS cluster that platform did not make, described exactly as it is, so that importing it changes nothing. It gets no tags of platform:
# what was there before is not platform's to mark, or to remove.

locals {
  public_endpoint = length(var.public_access_cidrs) > 0

  policy_associations = merge([for principal, entry in var.access_entries :
    { for arn, namespaces in entry.policies : "${principal} ${arn}" => { principal = principal, arn = arn, namespaces = namespaces } }
  ]...)
}

resource "aws_eks_cluster" "this" {
  name     = var.name
  role_arn = var.role_arn
  version  = var.kubernetes_version

  enabled_cluster_log_types = var.log_types

  access_config {
    authentication_mode = var.authentication_mode
  }

  vpc_config {
    subnet_ids              = var.subnet_ids
    security_group_ids      = var.security_group_ids
    endpoint_private_access = var.private_endpoint
    endpoint_public_access  = local.public_endpoint
    public_access_cidrs     = local.public_endpoint ? var.public_access_cidrs : null
  }

  dynamic "encryption_config" {
    for_each = var.secrets_kms_key_arn == null ? [] : [var.secrets_kms_key_arn]

    content {
      resources = ["secrets"]

      provider {
        key_arn = encryption_config.value
      }
    }
  }

  dynamic "upgrade_policy" {
    for_each = var.support_type == null ? [] : [var.support_type]

    content {
      support_type = upgrade_policy.value
    }
  }

  dynamic "zonal_shift_config" {
    for_each = var.zonal_shift ? [true] : []

    content {
      enabled = zonal_shift_config.value
    }
  }

  tags = merge(var.cluster_tags, var.tags)

  lifecycle {
    # EKS uses both only while it creates a cluster and does not tell them afterwards: the cluster would be replaced.
    ignore_changes = [
      access_config[0].bootstrap_cluster_creator_admin_permissions,
      bootstrap_self_managed_addons,
    ]
  }
}

resource "aws_eks_node_group" "this" {
  for_each = var.node_groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = each.key
  node_role_arn   = each.value.role_arn
  subnet_ids      = each.value.subnet_ids
  ami_type        = each.value.ami_type
  instance_types  = each.value.instance_types
  capacity_type   = each.value.capacity
  disk_size       = each.value.disk_gib
  labels          = each.value.labels
  version         = each.value.follows_cluster ? aws_eks_cluster.this.version : null

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.desired
  }

  dynamic "update_config" {
    for_each = each.value.max_unavailable == null && each.value.max_unavailable_percentage == null ? [] : [each.value]

    content {
      max_unavailable            = update_config.value.max_unavailable
      max_unavailable_percentage = update_config.value.max_unavailable_percentage
    }
  }

  dynamic "launch_template" {
    for_each = each.value.launch_template == null ? [] : [each.value.launch_template]

    content {
      id      = launch_template.value.id
      version = launch_template.value.version
    }
  }

  dynamic "taint" {
    for_each = each.value.taints

    content {
      key    = taint.value.key
      value  = taint.value.value
      effect = taint.value.effect
    }
  }

  tags = merge(each.value.tags, var.tags)

  lifecycle {
    # An autoscaler decides it.
    ignore_changes = [scaling_config[0].desired_size]
  }
}

resource "aws_eks_addon" "this" {
  for_each = var.addons

  cluster_name             = aws_eks_cluster.this.name
  addon_name               = each.key
  addon_version            = each.value.version
  service_account_role_arn = each.value.role_arn
  configuration_values     = each.value.configuration

  dynamic "pod_identity_association" {
    for_each = each.value.pod_identities

    content {
      service_account = pod_identity_association.key
      role_arn        = pod_identity_association.value
    }
  }

  tags = merge(each.value.tags, var.tags)
}

resource "aws_eks_access_entry" "this" {
  for_each = var.access_entries

  cluster_name      = aws_eks_cluster.this.name
  principal_arn     = each.key
  type              = "STANDARD"
  kubernetes_groups = each.value.groups
  user_name         = each.value.user_name

  tags = merge(each.value.tags, var.tags)
}

resource "aws_eks_access_policy_association" "this" {
  for_each = local.policy_associations

  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.this[each.value.principal].principal_arn
  policy_arn    = each.value.arn

  access_scope {
    type       = length(each.value.namespaces) == 0 ? "cluster" : "namespace"
    namespaces = length(each.value.namespaces) == 0 ? null : each.value.namespaces
  }
}

resource "aws_iam_openid_connect_provider" "this" {
  count = var.oidc_provider == null ? 0 : 1

  url             = var.oidc_provider.url
  client_id_list  = var.oidc_provider.client_ids
  thumbprint_list = var.oidc_provider.thumbprints

  tags = merge(var.oidc_provider.tags, var.tags)
}
