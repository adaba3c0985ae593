# The bucket of the backups, which no other role may write to. Velero copies the content of volumes itself, so that it needs no rights on
# snapshots, and a backup can be restored in another account.

locals {
  bucket = "${local.name}-velero-${local.account_id}-${local.region}"
  # Names of buckets end at 63 characters.
  bucket_name = length(local.bucket) <= 63 ? local.bucket : "${trimsuffix(substr(local.bucket, 0, 54), "-")}-${substr(sha256(local.bucket), 0, 8)}"
  bucket_arn  = "arn:${local.partition}:s3:::${local.bucket_name}"
}

# https://github.com/vmware-tanzu/velero-plugin-for-aws, "Set permissions for Velero", without what is for snapshots.
data "aws_iam_policy_document" "velero" {
  count = local.velero

  statement {
    sid       = "FindBackups"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [local.bucket_arn]
  }

  statement {
    sid = "KeepBackups"
    actions = [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:GetObject",
      "s3:ListMultipartUploadParts",
      "s3:PutObject",
    ]
    resources = ["${local.bucket_arn}/*"]
  }

  statement {
    sid       = "UseTheKeyThroughTheBucket"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.data_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${local.region}.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket" "velero" {
  count = local.velero

  bucket = local.bucket_name
  # As long as the environment is protected, so are its backups.
  force_destroy = !var.protection

  tags = merge(var.tags, {
    "Name"              = local.bucket_name
    "platform:resource" = "addons/bucket/velero"
  })
}

resource "aws_s3_bucket_versioning" "velero" {
  count = local.velero

  bucket = aws_s3_bucket.velero[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "velero" {
  count = local.velero

  bucket = aws_s3_bucket.velero[0].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.data_kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "velero" {
  count = local.velero

  bucket = aws_s3_bucket.velero[0].id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "velero" {
  count = local.velero

  bucket = aws_s3_bucket.velero[0].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Velero removes backups when their time is over; what was removed, also by mistake, stays a while longer.
resource "aws_s3_bucket_lifecycle_configuration" "velero" {
  count = local.velero

  bucket = aws_s3_bucket.velero[0].id

  rule {
    id     = "removed"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.removed_backup_retention_days
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.velero]
}

data "aws_iam_policy_document" "velero_bucket" {
  count = local.velero

  statement {
    sid       = "DenyWithoutTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "velero" {
  count = local.velero

  bucket = aws_s3_bucket.velero[0].id
  policy = data.aws_iam_policy_document.velero_bucket[0].json

  # S3 answers "conflicting operation" when both are set at once.
  depends_on = [aws_s3_bucket_public_access_block.velero]
}
