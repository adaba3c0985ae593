# What holds for a whole account, and the roles of those who work in it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  name         = "${var.platform}-${var.environment}"
  account_id   = data.aws_caller_identity.current.account_id
  partition    = data.aws_partition.current.partition
  account_root = "arn:${local.partition}:iam::${local.account_id}:root"
  role_path    = "/platform/${var.platform}/${var.environment}/"

  # Role names end at 64 characters: a long name keeps its start and gets a digest.
  role_prefix = length(local.name) <= 35 ? local.name : "${substr(local.name, 0, 26)}-${substr(sha256(local.name), 0, 8)}"
}

# CIS Amazon Web Services Foundations Benchmark: at least 14 characters, none of the last 24 passwords.
resource "aws_iam_account_password_policy" "this" {
  count = var.password_policy ? 1 : 0

  minimum_password_length        = 14
  password_reuse_prevention      = 24
  require_lowercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  require_uppercase_characters   = true
  allow_users_to_change_password = true
}

resource "aws_s3_account_public_access_block" "this" {
  count = var.block_public_buckets ? 1 : 0

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_ebs_encryption_by_default" "this" {
  count = var.encrypt_volumes ? 1 : 0

  enabled = true
}

resource "aws_ebs_default_kms_key" "this" {
  count = var.volume_kms_key_arn == null ? 0 : 1

  key_arn = var.volume_kms_key_arn
}

resource "aws_accessanalyzer_analyzer" "this" {
  count = var.access_analyzer ? 1 : 0

  analyzer_name = local.name
  type          = "ACCOUNT"

  tags = merge(var.tags, {
    "Name"              = local.name
    "platform:resource" = "access-baseline/analyzer"
  })
}
