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

# The account and region of the management network, for its end of the peering. This environment's own while there is none.
provider "aws" {
  alias  = "management"
  region = var.connectivity == null ? var.region : var.connectivity.region

  allowed_account_ids = [var.connectivity == null ? var.account_id : var.connectivity.account_id]

  dynamic "assume_role" {
    for_each = [for arn in [var.connectivity == null ? var.assume_role_arn : var.connectivity.assume_role_arn] : arn if arn != null]

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
