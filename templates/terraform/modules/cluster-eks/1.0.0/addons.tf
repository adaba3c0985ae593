locals {
  addons_before_nodes = toset(["eks-pod-identity-agent", "kube-proxy", "vpc-cni"])
  addons_after_nodes  = toset(["aws-ebs-csi-driver", "coredns"])
}

# Without a version in var.addon_versions EKS takes its default for the Kubernetes version, once.
resource "aws_eks_addon" "before_nodes" {
  for_each = local.addons_before_nodes

  cluster_name  = aws_eks_cluster.this.name
  addon_name    = each.key
  addon_version = lookup(var.addon_versions, each.key, null)

  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  tags = merge(var.tags, {
    "Name"              = "${var.name}-${each.key}"
    "platform:resource" = "cluster/addon/${each.key}"
  })
}

# These run as Deployments: without nodes they would never become active.
resource "aws_eks_addon" "after_nodes" {
  for_each = local.addons_after_nodes

  cluster_name  = aws_eks_cluster.this.name
  addon_name    = each.key
  addon_version = lookup(var.addon_versions, each.key, null)

  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "PRESERVE"

  tags = merge(var.tags, {
    "Name"              = "${var.name}-${each.key}"
    "platform:resource" = "cluster/addon/${each.key}"
  })

  depends_on = [
    aws_eks_node_group.this,
    aws_eks_pod_identity_association.controller,
  ]
}
