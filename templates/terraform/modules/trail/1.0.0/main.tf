# CloudTrail of all regions: what was done in the account, by whom, kept where nobody can change it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  name       = "${var.platform}-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  # Known before the trail exists: the bucket and the key must let it in first.
  trail_arn = "arn:${local.partition}:cloudtrail:${local.region}:${local.account_id}:trail/${local.name}"

  # As long as the state bucket's name, so a platform that has one has room for these.
  bucket         = "${var.platform}-trail-${local.account_id}-${local.region}"
  results_bucket = "${var.platform}-query-${local.account_id}-${local.region}"

  data_event_types = { dynamodb = "AWS::DynamoDB::Table", lambda = "AWS::Lambda::Function", s3 = "AWS::S3::Object" }

  # Without a selector a trail records all management events, those of KMS included.
  has_selectors = !var.kms_events || length(var.data_events) > 0
}

resource "aws_cloudtrail" "this" {
  name                          = local.name
  s3_bucket_name                = aws_s3_bucket.trail.id
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  kms_key_id                    = aws_kms_key.this.arn
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.this.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.logs.arn

  dynamic "advanced_event_selector" {
    for_each = local.has_selectors ? [1] : []

    content {
      name = "Management events"

      field_selector {
        field  = "eventCategory"
        equals = ["Management"]
      }

      dynamic "field_selector" {
        for_each = var.kms_events ? [] : ["kms.amazonaws.com"]

        content {
          field      = "eventSource"
          not_equals = [field_selector.value]
        }
      }
    }
  }

  dynamic "advanced_event_selector" {
    for_each = sort(var.data_events)

    content {
      name = "Data events of ${advanced_event_selector.value}"

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }

      field_selector {
        field  = "resources.type"
        equals = [local.data_event_types[advanced_event_selector.value]]
      }

      dynamic "field_selector" {
        # Each record that is written would make another one.
        for_each = advanced_event_selector.value == "s3" ? ["${aws_s3_bucket.trail.arn}/"] : []

        content {
          field           = "resources.ARN"
          not_starts_with = [field_selector.value]
        }
      }
    }
  }

  tags = merge(var.tags, {
    "Name"              = local.name
    "platform:resource" = "trail/trail"
  })

  depends_on = [
    aws_iam_role_policy.logs,
    aws_s3_bucket_object_lock_configuration.trail,
    aws_s3_bucket_policy.trail,
    aws_s3_bucket_server_side_encryption_configuration.trail,
  ]
}
