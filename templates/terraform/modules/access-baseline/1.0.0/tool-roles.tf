# The roles of the tool itself. Planning reads, and takes the lock of the state. Applying also writes, where names allow it only what
# belongs to the platform.

locals {
  has_tool_roles = var.tool_roles != null
  tool_roles     = local.has_tool_roles ? toset(["plan", "apply"]) : toset([])

  # Without this try, the other side of the condition would be read as well.
  principals = {
    plan  = try(length(var.tool_roles.plan_principals), 0) > 0 ? var.tool_roles.plan_principals : [local.account_root]
    apply = try(length(var.tool_roles.apply_principals), 0) > 0 ? var.tool_roles.apply_principals : [local.account_root]
  }

  # Who may take a role with a token of a CI system: the host of its issuer, its audience and its subjects.
  github_host = "token.actions.githubusercontent.com"
  gitlab_host = try(trimprefix(var.gitlab.url, "https://"), "gitlab.com")

  identities = {
    plan = [for each in [
      { host = local.github_host, audience = "sts.amazonaws.com", subjects = try(var.github.plan_subjects, []) },
      { host = local.gitlab_host, audience = "https://${local.gitlab_host}", subjects = try(var.gitlab.plan_subjects, []) },
    ] : each if length(each.subjects) > 0]

    apply = [for each in [
      { host = local.github_host, audience = "sts.amazonaws.com", subjects = try(var.github.apply_subjects, []) },
      { host = local.gitlab_host, audience = "https://${local.gitlab_host}", subjects = try(var.gitlab.apply_subjects, []) },
    ] : each if length(each.subjects) > 0]
  }
}

# An account has one provider for each issuer. AWS checks both issuers against its own list of certificate authorities.
resource "aws_iam_openid_connect_provider" "github" {
  count = try(var.github.create_provider, false) ? 1 : 0

  url            = "https://${local.github_host}"
  client_id_list = ["sts.amazonaws.com"]

  tags = merge(var.tags, {
    "Name"              = local.github_host
    "platform:resource" = "access-baseline/identity-provider/github"
  })
}

resource "aws_iam_openid_connect_provider" "gitlab" {
  count = try(var.gitlab.create_provider, false) ? 1 : 0

  url            = "https://${local.gitlab_host}"
  client_id_list = ["https://${local.gitlab_host}"]

  tags = merge(var.tags, {
    "Name"              = local.gitlab_host
    "platform:resource" = "access-baseline/identity-provider/gitlab"
  })
}

data "aws_iam_policy_document" "tool_trust" {
  for_each = local.tool_roles

  statement {
    sid     = "PrincipalsTake"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = local.principals[each.key]
    }
  }

  dynamic "statement" {
    for_each = local.identities[each.key]

    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = ["arn:${local.partition}:iam::${local.account_id}:oidc-provider/${statement.value.host}"]
      }

      condition {
        test     = "StringEquals"
        variable = "${statement.value.host}:aud"
        values   = [statement.value.audience]
      }

      condition {
        test     = "StringEquals"
        variable = "${statement.value.host}:sub"
        values   = statement.value.subjects
      }
    }
  }
}

resource "aws_iam_role" "tool" {
  for_each = local.tool_roles

  name                 = "${local.role_prefix}-${each.key}"
  path                 = local.role_path
  description          = each.key == "plan" ? "Lets the platform of ${var.platform} be read and planned." : "Lets the platform of ${var.platform} be changed."
  assume_role_policy   = data.aws_iam_policy_document.tool_trust[each.key].json
  max_session_duration = each.key == "plan" ? 3600 : 14400

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-${each.key}"
    "platform:resource" = "access-baseline/role/${each.key}"
  })

  # IAM refuses a role whose principal does not exist.
  depends_on = [aws_iam_openid_connect_provider.github, aws_iam_openid_connect_provider.gitlab]
}

resource "aws_iam_policy" "tool" {
  for_each = local.has_tool_roles ? local.tool_policies : {}

  name        = "${local.role_prefix}-${each.key}"
  path        = local.role_path
  description = each.value.description
  policy      = each.value.json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-${each.key}"
    "platform:resource" = "access-baseline/policy/${each.key}"
  })
}

resource "aws_iam_role_policy_attachment" "tool" {
  for_each = local.has_tool_roles ? merge([for name, policy in local.tool_policies : { for role in policy.roles : "${role}/${name}" => { role = role, policy = name } }]...) : {}

  role       = aws_iam_role.tool[each.value.role].name
  policy_arn = aws_iam_policy.tool[each.value.policy].arn
}
