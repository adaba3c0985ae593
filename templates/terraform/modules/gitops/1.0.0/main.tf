# How Argo CD, which runs in the management cluster, gets into the clusters of workload environments: its pods have a role (Pod Identity)
# that may do one thing, assume the deployer roles of this platform; each deployer role is let into one cluster by an access entry.
# The management cluster needs no deployer: there Argo CD works as its own service account.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  prefix = "${var.platform}-${var.environment}"
  # Role names end at 64 characters: a long name keeps its start and gets a digest.
  role_prefix = length(local.prefix) <= 35 ? local.prefix : "${substr(local.prefix, 0, 26)}-${substr(sha256(local.prefix), 0, 8)}"
  role_path   = "/platform/${var.platform}/${var.environment}/"
  cluster_arn = "arn:${local.partition}:eks:${data.aws_region.current.id}:${local.account_id}:cluster/${var.cluster_name}"

  is_management = var.management.environment == var.environment

  # The same rule in the management environment, whose role may not exist yet.
  management_prefix      = "${var.platform}-${var.management.environment}"
  management_role_prefix = length(local.management_prefix) <= 35 ? local.management_prefix : "${substr(local.management_prefix, 0, 26)}-${substr(sha256(local.management_prefix), 0, 8)}"
  management_role_arns = [
    "arn:${local.partition}:iam::${var.management.account_id}:role/platform/${var.platform}/${var.management.environment}/${local.management_role_prefix}-argocd",
    # The same role: a name is taken once in an account, whatever the path. AWS compares the first form, emulators the second.
    "arn:${local.partition}:sts::${var.management.account_id}:assumed-role/${local.management_role_prefix}-argocd/*",
  ]
}

# Management: the role of Argo CD itself.

locals {
  # Those parts of Argo CD that talk to other clusters. The repo-server, which runs other people's templates, is none of them.
  service_accounts = local.is_management ? toset(["argocd-application-controller", "argocd-applicationset-controller", "argocd-server"]) : toset([])
}

data "aws_iam_policy_document" "argocd_trust" {
  count = local.is_management ? 1 : 0

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
      values   = [var.namespace]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = local.service_accounts
    }
  }
}

data "aws_iam_policy_document" "argocd" {
  count = local.is_management ? 1 : 0

  # Also in other accounts: whether it is let in is for the trust policy there to say.
  statement {
    actions   = ["sts:AssumeRole", "sts:TagSession"]
    resources = ["arn:${local.partition}:iam::*:role/platform/${var.platform}/*-argocd-deployer"]
  }
}

resource "aws_iam_role" "argocd" {
  count = local.is_management ? 1 : 0

  name               = "${local.role_prefix}-argocd"
  path               = local.role_path
  description        = "Argo CD in ${var.cluster_name}, through EKS Pod Identity."
  assume_role_policy = data.aws_iam_policy_document.argocd_trust[0].json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-argocd"
    "platform:resource" = "gitops/role/argocd"
  })
}

resource "aws_iam_role_policy" "argocd" {
  count = local.is_management ? 1 : 0

  name   = "deployers"
  role   = aws_iam_role.argocd[0].id
  policy = data.aws_iam_policy_document.argocd[0].json
}

resource "aws_eks_pod_identity_association" "argocd" {
  for_each = local.service_accounts

  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = each.key
  role_arn        = aws_iam_role.argocd[0].arn

  tags = merge(var.tags, {
    "Name"              = "${var.cluster_name}-${each.key}"
    "platform:resource" = "gitops/pod-identity/${each.key}"
  })
}

# Management, with the repository in CodeCommit: the role of the job that signs a short-lived password of Git for Argo CD.

locals {
  git_count           = local.is_management && var.git_repository_arn != null ? 1 : 0
  git_service_account = "argocd-git-credentials"
}

data "aws_iam_policy_document" "git_trust" {
  count = local.git_count

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
      values   = [var.namespace]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/kubernetes-service-account"
      values   = [local.git_service_account]
    }
  }
}

# To read one repository: nothing is pushed from the cluster.
data "aws_iam_policy_document" "git" {
  count = local.git_count

  statement {
    actions   = ["codecommit:GitPull"]
    resources = [var.git_repository_arn]
  }
}

resource "aws_iam_role" "git" {
  count = local.git_count

  name               = "${local.role_prefix}-argocd-git"
  path               = local.role_path
  description        = "Reads the repository for Argo CD in ${var.cluster_name}, through EKS Pod Identity."
  assume_role_policy = data.aws_iam_policy_document.git_trust[0].json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-argocd-git"
    "platform:resource" = "gitops/role/git"
  })
}

resource "aws_iam_role_policy" "git" {
  count = local.git_count

  name   = "pull"
  role   = aws_iam_role.git[0].id
  policy = data.aws_iam_policy_document.git[0].json
}

resource "aws_eks_pod_identity_association" "git" {
  count = local.git_count

  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = local.git_service_account
  role_arn        = aws_iam_role.git[0].arn

  tags = merge(var.tags, {
    "Name"              = "${var.cluster_name}-${local.git_service_account}"
    "platform:resource" = "gitops/pod-identity/git"
  })
}

# Workload: the role that Argo CD assumes, and its way into the cluster.

data "aws_iam_policy_document" "deployer_trust" {
  count = local.is_management ? 0 : 1

  statement {
    # Pod Identity tags its sessions, and the tags come along.
    actions = ["sts:AssumeRole", "sts:TagSession"]

    # The account, narrowed to the role: a role that does not exist yet, or was made anew, could not be named as principal.
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${var.management.account_id}:root"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:PrincipalArn"
      values   = local.management_role_arns
    }
  }
}

# It has no permission in AWS at all: only the access entry below knows it.
resource "aws_iam_role" "deployer" {
  count = local.is_management ? 0 : 1

  name               = "${local.role_prefix}-argocd-deployer"
  path               = local.role_path
  description        = "Argo CD of ${var.management.environment}, at work in ${var.cluster_name}."
  assume_role_policy = data.aws_iam_policy_document.deployer_trust[0].json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-argocd-deployer"
    "platform:resource" = "gitops/role/deployer"
  })
}

resource "aws_eks_access_entry" "deployer" {
  count = local.is_management ? 0 : 1

  cluster_name  = var.cluster_name
  principal_arn = aws_iam_role.deployer[0].arn
  type          = "STANDARD"

  tags = merge(var.tags, {
    "platform:resource" = "gitops/access-entry/deployer"
  })
}

# The least that can install add-ons: they bring cluster roles, and Kubernetes lets nobody grant what he does not have himself, so that
# AmazonEKSAdminPolicy, which knows no custom resources and no cluster roles, is not enough.
resource "aws_eks_access_policy_association" "deployer" {
  count = local.is_management ? 0 : 1

  cluster_name  = var.cluster_name
  principal_arn = aws_eks_access_entry.deployer[0].principal_arn
  policy_arn    = "arn:${local.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

  access_scope {
    type = "cluster"
  }
}
