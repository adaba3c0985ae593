locals {
  # Graviton families carry a "g" after the generation: m7g, t4g, c7gn, im4gn. The first ones were called a1.
  arm_instance = "^(a1|[a-z]+[0-9]+g[a-z]*)\\."

  # AWS cannot change any of these on a group. A digest of them in the name lets the new group come up before the old one
  # is drained. The number of subnets stands for the subnets, whose ids are not known at first.
  node_group_names = { for name, group in var.node_groups :
    name => "${name}-${substr(sha256(jsonencode([group.instance_types, group.capacity, length(var.subnet_ids)])), 0, 8)}"
  }

  # The provider takes names of launch templates up to 125 characters: a long name keeps its start and gets a digest.
  launch_template_names = { for name in keys(var.node_groups) :
    name => length("${var.name}-${name}") <= 125 ? "${var.name}-${name}" : "${substr("${var.name}-${name}", 0, 116)}-${substr(sha256("${var.name}-${name}"), 0, 8)}"
  }
}

resource "aws_launch_template" "node" {
  for_each = var.node_groups

  name = local.launch_template_names[each.key]

  block_device_mappings {
    # The root volume of Amazon Linux 2023.
    device_name = "/dev/xvda"

    ebs {
      # With the account's default key of EBS: Auto Scaling may use that one without a policy of ours.
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = each.value.disk_gib
      delete_on_termination = true
    }
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # Pods are one hop further away: they cannot take the node's role, and have roles of their own through Pod Identity.
    http_put_response_hop_limit = 1
  }

  tags = merge(var.tags, {
    "Name"              = "${var.name}-${each.key}"
    "platform:resource" = "cluster/launch-template/${each.key}"
  })
}

resource "aws_eks_node_group" "this" {
  for_each = var.node_groups

  cluster_name    = aws_eks_cluster.this.name
  node_group_name = local.node_group_names[each.key]
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = var.subnet_ids
  # Follows the control plane, after it.
  version        = aws_eks_cluster.this.version
  ami_type       = can(regex(local.arm_instance, each.value.instance_types[0])) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD"
  instance_types = each.value.instance_types
  capacity_type  = each.value.capacity
  labels         = each.value.labels

  # A new version of the template (another disk size) replaces the nodes one after the other.
  launch_template {
    id      = aws_launch_template.node[each.key].id
    version = aws_launch_template.node[each.key].latest_version
  }

  scaling_config {
    min_size     = each.value.min
    max_size     = each.value.max
    desired_size = each.value.desired
  }

  update_config {
    max_unavailable_percentage = 33
  }

  tags = merge(var.tags, {
    "Name"              = "${var.name}-${each.key}"
    "platform:resource" = "cluster/node-group/${each.key}"
  })

  lifecycle {
    create_before_destroy = true

    # An autoscaler decides it once the group exists.
    ignore_changes = [scaling_config[0].desired_size]

    precondition {
      condition     = length(distinct([for type in each.value.instance_types : can(regex(local.arm_instance, type))])) == 1
      error_message = "Node group \"${each.key}\" mixes instance types with Arm and x86 processors. A group has one image, so one architecture."
    }
  }

  # A node without network plug-in or Pod Identity agent never becomes ready.
  depends_on = [
    aws_eks_addon.before_nodes,
    aws_iam_role_policy_attachment.node,
  ]
}
