# One role for each controller, bound to one service account. The controllers themselves come later.

locals {
  controllers = {
    "aws-load-balancer-controller" = {
      namespace       = "kube-system"
      service_account = "aws-load-balancer-controller"
      policy          = data.aws_iam_policy_document.load_balancer_controller.json
    }
    "cert-manager" = {
      namespace       = "cert-manager"
      service_account = "cert-manager"
      policy          = data.aws_iam_policy_document.cert_manager.json
    }
    "ebs-csi" = {
      namespace       = "kube-system"
      service_account = "ebs-csi-controller-sa"
      policy          = data.aws_iam_policy_document.ebs_csi.json
    }
    "external-dns" = {
      namespace       = "external-dns"
      service_account = "external-dns"
      policy          = data.aws_iam_policy_document.external_dns.json
    }
    "external-secrets" = {
      namespace       = "external-secrets"
      service_account = "external-secrets"
      policy          = data.aws_iam_policy_document.external_secrets.json
    }
    "karpenter" = {
      namespace       = "kube-system"
      service_account = "karpenter"
      policy          = data.aws_iam_policy_document.karpenter.json
    }
  }
}

data "aws_iam_policy_document" "controller_trust" {
  for_each = local.controllers

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [local.cluster_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-namespace"
      values   = [each.value.namespace]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [each.value.service_account]
    }
  }
}

resource "aws_iam_role" "controller" {
  for_each = local.controllers

  name               = "${local.role_prefix}-${each.key}"
  path               = local.role_path
  description        = "${each.key} in ${var.name}, through EKS Pod Identity."
  assume_role_policy = data.aws_iam_policy_document.controller_trust[each.key].json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-${each.key}"
    "platform:resource" = "cluster/role/${each.key}"
  })
}

resource "aws_iam_role_policy" "controller" {
  for_each = local.controllers

  name   = each.key
  role   = aws_iam_role.controller[each.key].id
  policy = each.value.policy
}

resource "aws_iam_role_policy_attachment" "ebs_csi" {
  role       = aws_iam_role.controller["ebs-csi"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
}

resource "aws_eks_pod_identity_association" "controller" {
  for_each = local.controllers

  cluster_name    = aws_eks_cluster.this.name
  namespace       = each.value.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.controller[each.key].arn

  tags = merge(var.tags, {
    "Name"              = "${var.name}-${each.key}"
    "platform:resource" = "cluster/pod-identity/${each.key}"
  })
}
