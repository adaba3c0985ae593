# What environments share: keys, registry, audit trail, names, the rules of the account, alarms and budgets. Each part is switched by its variable.
# Values come from terraform.tfvars.json only.

locals {
  # Each purpose costs a key, so only what is used has one.
  key_purposes = toset(concat(
    var.registry == null ? [] : ["images"],
    var.trail == null ? [] : ["logs"],
  ))

  # The use of the role for emergencies is seen in the audit trail.
  watches_break_glass = var.trail != null && try(var.access_baseline.break_glass, null) != null
}

module "keys" {
  source = "../modules/keys/1.1.0"

  platform             = var.platform
  environment          = var.environment
  purposes             = local.key_purposes
  rotation_days        = var.keys.rotation_days
  deletion_window_days = var.keys.deletion_window_days
  administrators       = var.keys.administrators
  users                = var.keys.users
}

module "registry" {
  count  = var.registry == null ? 0 : 1
  source = "../modules/registry/1.0.0"

  platform         = var.platform
  environment      = var.environment
  repositories     = var.registry.repositories
  pull_account_ids = var.registry.pull_account_ids
  untagged_days    = var.registry.untagged_days
  keep_images      = var.registry.keep_images
  kms_key_arn      = module.keys.arns["images"]
}

module "trail" {
  count  = var.trail == null ? 0 : 1
  source = "../modules/trail/1.0.0"

  platform                 = var.platform
  environment              = var.environment
  retention_days           = var.trail.retention_days
  cold_storage_days        = var.trail.cold_storage_days
  lock_mode                = var.trail.lock_mode
  lock_days                = var.trail.lock_days
  kms_events               = var.trail.kms_events
  data_events              = var.trail.data_events
  log_retention_days       = var.trail.log_retention_days
  log_kms_key_arn          = module.keys.arns["logs"]
  key_rotation_days        = var.keys.rotation_days
  key_deletion_window_days = var.keys.deletion_window_days
}

module "dns" {
  count  = var.dns == null ? 0 : 1
  source = "../modules/dns/1.0.0"

  platform    = var.platform
  environment = var.environment
  zones       = var.dns.zones
}

module "access_baseline" {
  count  = var.access_baseline == null ? 0 : 1
  source = "../modules/access-baseline/1.0.0"

  platform             = var.platform
  environment          = var.environment
  password_policy      = var.access_baseline.password_policy
  block_public_buckets = var.access_baseline.block_public_buckets
  encrypt_volumes      = var.access_baseline.encrypt_volumes
  volume_kms_key_arn   = var.access_baseline.volume_kms_key_arn
  access_analyzer      = var.access_baseline.access_analyzer
  break_glass          = var.access_baseline.break_glass
  tool_roles           = var.access_baseline.tool_roles
  github               = var.access_baseline.github
  gitlab               = var.access_baseline.gitlab
}

module "observability" {
  count  = var.observability == null ? 0 : 1
  source = "../modules/observability/1.0.0"

  platform                 = var.platform
  environment              = var.environment
  alarms                   = var.observability.alarms
  emails                   = var.observability.emails
  key_deletion_window_days = var.keys.deletion_window_days
  budgets                  = var.observability.budgets
  cost_allocation_tags     = var.observability.cost_allocation_tags
  break_glass = local.watches_break_glass ? {
    role_arn  = module.access_baseline[0].break_glass_role_arn
    log_group = module.trail[0].log_group
  } : null
}
