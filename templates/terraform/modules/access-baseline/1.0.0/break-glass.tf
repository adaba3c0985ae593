# The role for emergencies. Every use of it is an event in the audit trail; the module `observability` raises an alarm.

data "aws_iam_policy_document" "break_glass_trust" {
  count = var.break_glass == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = length(var.break_glass.principals) > 0 ? var.break_glass.principals : [local.account_root]
    }

    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }

    condition {
      test     = "NumericLessThan"
      variable = "aws:MultiFactorAuthAge"
      values   = ["3600"]
    }
  }
}

resource "aws_iam_role" "break_glass" {
  count = var.break_glass == null ? 0 : 1

  name                 = "${local.role_prefix}-break-glass"
  path                 = local.role_path
  description          = "For emergencies of ${var.platform}: all rights, for an hour, with MFA only."
  assume_role_policy   = data.aws_iam_policy_document.break_glass_trust[0].json
  max_session_duration = 3600

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-break-glass"
    "platform:resource" = "access-baseline/role/break-glass"
  })
}

resource "aws_iam_role_policy_attachment" "break_glass" {
  count = var.break_glass == null ? 0 : 1

  role       = aws_iam_role.break_glass[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AdministratorAccess"
}
