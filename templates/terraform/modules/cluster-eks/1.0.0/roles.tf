data "aws_iam_policy_document" "cluster_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name               = "${local.role_prefix}-cluster"
  path               = local.role_path
  description        = "Lets the control plane of ${var.name} manage its network interfaces and load balancers."
  assume_role_policy = data.aws_iam_policy_document.cluster_trust.json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-cluster"
    "platform:resource" = "cluster/role/control-plane"
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}

# With these EKS checks again and again that the key of the secrets is in order.
data "aws_iam_policy_document" "cluster" {
  statement {
    sid       = "UseTheKeyOfTheSecrets"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"]
    resources = [var.secrets_kms_key_arn]
  }
}

resource "aws_iam_role_policy" "cluster" {
  name   = "secrets-key"
  role   = aws_iam_role.cluster.id
  policy = data.aws_iam_policy_document.cluster.json
}

data "aws_iam_policy_document" "node_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "node" {
  name               = "${local.role_prefix}-node"
  path               = local.role_path
  description        = "Nodes of ${var.name}: join the cluster, pull images."
  assume_role_policy = data.aws_iam_policy_document.node_trust.json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-node"
    "platform:resource" = "cluster/role/node"
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  # The network plug-in keeps the node's role: it has to work before Pod Identity does.
  for_each = toset([
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
  ])

  role       = aws_iam_role.node.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}
