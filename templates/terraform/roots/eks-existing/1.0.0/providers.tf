provider "aws" {
  region = var.region

  # Credentials of another account end here, before anything is read or changed.
  allowed_account_ids = [var.account_id]

  dynamic "assume_role" {
    for_each = var.assume_role_arn == null ? [] : [var.assume_role_arn]

    content {
      role_arn     = assume_role.value
      session_name = "platform-${var.environment}"
    }
  }

  default_tags {
    tags = merge(var.tags, {
      "platform:name"        = var.platform
      "platform:environment" = var.environment
      "platform:managed-by"  = "platform"
    })
  }
}

# The same without tags, for what was there before.
provider "aws" {
  alias  = "existing"
  region = var.region

  allowed_account_ids = [var.account_id]

  dynamic "assume_role" {
    for_each = var.assume_role_arn == null ? [] : [var.assume_role_arn]

    content {
      role_arn     = assume_role.value
      session_name = "platform-${var.environment}"
    }
  }
}
