# Container registries. A tag always means the same image, every image is scanned when it arrives, and other accounts may only pull.

data "aws_partition" "current" {}

locals {
  pull_accounts = [for id in sort(var.pull_account_ids) : "arn:${data.aws_partition.current.partition}:iam::${id}:root"]

  expire_untagged = [{
    rulePriority = 1
    description  = "Remove images without a tag"
    selection = {
      tagStatus   = "untagged"
      countType   = "sinceImagePushed"
      countUnit   = "days"
      countNumber = var.untagged_days
    }
    action = { type = "expire" }
  }]

  # ECR wants the rule for images of any kind to come last.
  keep_newest = var.keep_images == null ? [] : [{
    rulePriority = 2
    description  = "Keep the newest images"
    selection = {
      tagStatus   = "any"
      countType   = "imageCountMoreThan"
      countNumber = var.keep_images
    }
    action = { type = "expire" }
  }]
}

resource "aws_ecr_repository" "this" {
  for_each = var.repositories

  name                 = "${var.platform}/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.kms_key_arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }

  tags = merge(var.tags, {
    "Name"              = "${var.platform}/${each.key}"
    "platform:resource" = "registry/repository/${each.key}"
  })
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = var.repositories

  repository = aws_ecr_repository.this[each.key].name
  policy     = jsonencode({ rules = concat(local.expire_untagged, local.keep_newest) })
}

data "aws_iam_policy_document" "pull" {
  count = length(local.pull_accounts) > 0 ? 1 : 0

  statement {
    sid = "OtherAccountsPull"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer",
    ]

    principals {
      type        = "AWS"
      identifiers = local.pull_accounts
    }
  }
}

resource "aws_ecr_repository_policy" "this" {
  for_each = length(local.pull_accounts) > 0 ? var.repositories : []

  repository = aws_ecr_repository.this[each.key].name
  policy     = data.aws_iam_policy_document.pull[0].json
}
