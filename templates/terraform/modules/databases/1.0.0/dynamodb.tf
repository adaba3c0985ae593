resource "aws_dynamodb_table" "this" {
  for_each = local.tables

  name                        = local.full_names[each.key]
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.partition_key.name
  range_key                   = each.value.sort_key == null ? null : each.value.sort_key.name
  deletion_protection_enabled = var.protection

  attribute {
    name = each.value.partition_key.name
    type = each.value.partition_key.type
  }

  dynamic "attribute" {
    for_each = each.value.sort_key == null ? [] : [each.value.sort_key]

    content {
      name = attribute.value.name
      type = attribute.value.type
    }
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  # A table that is deleted with this on leaves a backup for 35 days.
  point_in_time_recovery {
    enabled = each.value.backup_retention_days > 0
    # 35 days are what AWS does without being told.
    recovery_period_in_days = contains([0, 35], each.value.backup_retention_days) ? null : each.value.backup_retention_days
  }

  tags = merge(var.tags, {
    "Name"                    = local.full_names[each.key]
    "platform:resource"       = "databases/${each.key}"
    "platform:final-snapshot" = tostring(each.value.final_snapshot && each.value.backup_retention_days > 0)
  })
}
