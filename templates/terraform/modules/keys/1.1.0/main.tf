# One KMS key for each purpose, so that access to one kind of data never opens another.

resource "aws_kms_key" "this" {
  for_each = var.purposes

  description             = "${local.purposes[each.key].description} of ${var.platform}/${var.environment}"
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_days
  deletion_window_in_days = var.deletion_window_days
  policy                  = data.aws_iam_policy_document.key[each.key].json

  tags = merge(var.tags, {
    "Name"              = "${var.platform}/${var.environment}/${each.key}"
    "platform:resource" = "keys/${each.key}"
  })
}

resource "aws_kms_alias" "this" {
  for_each = var.purposes

  name          = "alias/${var.platform}/${var.environment}/${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}
