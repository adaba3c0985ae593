resource "aws_elasticache_subnet_group" "this" {
  count = length(local.caches) > 0 ? 1 : 0

  name        = local.prefix
  description = "Subnets of the caches of ${local.prefix}."
  subnet_ids  = var.subnet_ids

  tags = merge(var.tags, {
    "Name"              = local.prefix
    "platform:resource" = "databases/subnet-group/cache"
  })
}

# Whoever may assume a role with elasticache:Connect signs in as this user with a token of 15 minutes; there is no password.
resource "aws_elasticache_user" "application" {
  for_each = local.caches

  # IAM wants the name of the user to be its id.
  user_id       = local.cache_names[each.key]
  user_name     = local.cache_names[each.key]
  engine        = each.value.engine
  access_string = "on ~* +@all -@admin"

  authentication_mode {
    type = "iam"
  }

  tags = merge(var.tags, {
    "Name"              = local.cache_names[each.key]
    "platform:resource" = "databases/cache-user/${each.key}"
  })
}

# Redis wants a user called "default" in every group. Nobody can be it: it is switched off and may do nothing.
resource "aws_elasticache_user" "default" {
  for_each = local.of_engine["redis"]

  user_id       = "${local.cache_names[each.key]}-off"
  user_name     = "default"
  engine        = "redis"
  access_string = "off -@all"

  authentication_mode {
    type = "no-password-required"
  }

  tags = merge(var.tags, {
    "Name"              = "${local.cache_names[each.key]}-off"
    "platform:resource" = "databases/cache-default-user/${each.key}"
  })
}

resource "aws_elasticache_user_group" "this" {
  for_each = local.caches

  user_group_id = local.cache_names[each.key]
  engine        = each.value.engine
  user_ids = concat(
    [aws_elasticache_user.application[each.key].user_id],
    each.value.engine == "redis" ? [aws_elasticache_user.default[each.key].user_id] : [],
  )

  tags = merge(var.tags, {
    "Name"              = local.cache_names[each.key]
    "platform:resource" = "databases/cache-user-group/${each.key}"
  })
}

resource "aws_elasticache_replication_group" "this" {
  for_each = local.caches

  replication_group_id = local.cache_names[each.key]
  description          = "Cache ${each.key} of ${local.prefix}"
  engine               = each.value.engine
  engine_version       = each.value.version
  node_type            = each.value.instance_class
  port                 = 6379

  num_cache_clusters         = each.value.instances
  automatic_failover_enabled = each.value.instances > 1
  multi_az_enabled           = each.value.instances > 1

  subnet_group_name  = aws_elasticache_subnet_group.this[0].name
  security_group_ids = [aws_security_group.this[each.key].id]

  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  user_group_ids             = [aws_elasticache_user_group.this[each.key].user_group_id]

  snapshot_retention_limit  = each.value.backup_retention_days
  final_snapshot_identifier = each.value.final_snapshot ? "${local.cache_names[each.key]}-final-${local.incarnation}" : null

  auto_minor_version_upgrade = true
  apply_immediately          = false

  tags = merge(var.tags, {
    "Name"              = local.cache_names[each.key]
    "platform:resource" = "databases/${each.key}"
  })
}
