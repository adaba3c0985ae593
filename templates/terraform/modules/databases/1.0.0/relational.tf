# Made before the databases: RDS would make them itself, without a retention and without a key.
resource "aws_cloudwatch_log_group" "relational" {
  for_each = local.relational

  name              = "/aws/rds/${each.value.engine == "aurora-postgresql" ? "cluster" : "instance"}/${local.database_names[each.key]}/postgresql"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn

  tags = merge(var.tags, {
    "Name"              = "${local.prefix}-database-${each.key}"
    "platform:resource" = "databases/log-group/${each.key}"
  })
}

# A connection without TLS is refused. Said here although RDS for PostgreSQL does so by itself from version 15, and Aurora from 17 on: earlier
# versions do not, and a default is not a promise. "pending-reboot" is what AWS answers for a parameter that has the value of its
# default, so another method would be changed by every plan; a new database starts with the value in any case.
# Sources: RDS User Guide and Aurora User Guide, "Requiring an SSL/TLS connection".
locals {
  major_versions = { for name, database in local.relational : name => regex("^[0-9]+", database.version) }
}

resource "aws_db_parameter_group" "this" {
  for_each = local.postgres

  # The family in the name: a new major version gets a group beside the old one.
  name        = "${local.database_names[each.key]}-postgres${local.major_versions[each.key]}"
  family      = "postgres${local.major_versions[each.key]}"
  description = "Settings of ${local.database_names[each.key]}."

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "pending-reboot"
  }

  tags = merge(var.tags, {
    "Name"              = local.database_names[each.key]
    "platform:resource" = "databases/parameters/${each.key}"
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_rds_cluster_parameter_group" "this" {
  for_each = local.aurora

  name        = "${local.database_names[each.key]}-aurora-postgresql${local.major_versions[each.key]}"
  family      = "aurora-postgresql${local.major_versions[each.key]}"
  description = "Settings of ${local.database_names[each.key]}."

  parameter {
    name         = "rds.force_ssl"
    value        = "1"
    apply_method = "pending-reboot"
  }

  tags = merge(var.tags, {
    "Name"              = local.database_names[each.key]
    "platform:resource" = "databases/parameters/${each.key}"
  })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  for_each = local.postgres

  identifier     = local.database_names[each.key]
  engine         = "postgres"
  engine_version = each.value.version
  instance_class = each.value.instance_class
  db_name        = each.value.database_name
  multi_az       = each.value.instances > 1

  storage_type          = "gp3"
  allocated_storage     = each.value.storage_gib
  max_allocated_storage = each.value.storage_gib * 4
  storage_encrypted     = true
  # RDS restores with the key of the snapshot, and takes no other.
  kms_key_id          = each.value.snapshot == null ? var.kms_key_arn : null
  snapshot_identifier = each.value.snapshot

  username                            = "platform"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn
  iam_database_authentication_enabled = true

  db_subnet_group_name   = aws_db_subnet_group.this[0].name
  vpc_security_group_ids = [aws_security_group.this[each.key].id]
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  parameter_group_name   = aws_db_parameter_group.this[each.key].name

  backup_retention_period   = each.value.backup_retention_days
  copy_tags_to_snapshot     = true
  delete_automated_backups  = true
  deletion_protection       = var.protection
  skip_final_snapshot       = !each.value.final_snapshot
  final_snapshot_identifier = each.value.final_snapshot ? "${local.database_names[each.key]}-final-${local.incarnation}" : null

  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  # In the next maintenance window: a restart must not come with an unrelated change.
  apply_immediately = false

  tags = merge(var.tags, {
    "Name"              = local.database_names[each.key]
    "platform:resource" = "databases/${each.key}"
  })

  lifecycle {
    # Minor versions follow by themselves, and storage grows by itself. A database is restored once, and keeps the key of its snapshot:
    # another one would mean another, empty database.
    ignore_changes = [allocated_storage, kms_key_id, snapshot_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.relational]
}

resource "aws_rds_cluster" "this" {
  for_each = local.aurora

  cluster_identifier = local.database_names[each.key]
  engine             = "aurora-postgresql"
  engine_version     = each.value.version
  database_name      = each.value.database_name

  storage_encrypted   = true
  kms_key_id          = var.kms_key_arn
  snapshot_identifier = each.value.snapshot

  master_username                     = "platform"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key_arn
  iam_database_authentication_enabled = true

  db_subnet_group_name            = aws_db_subnet_group.this[0].name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.this[each.key].name
  vpc_security_group_ids          = [aws_security_group.this[each.key].id]

  backup_retention_period   = each.value.backup_retention_days
  copy_tags_to_snapshot     = true
  delete_automated_backups  = true
  deletion_protection       = var.protection
  skip_final_snapshot       = !each.value.final_snapshot
  final_snapshot_identifier = each.value.final_snapshot ? "${local.database_names[each.key]}-final-${local.incarnation}" : null

  enabled_cloudwatch_logs_exports = ["postgresql"]
  apply_immediately               = false

  tags = merge(var.tags, {
    "Name"              = local.database_names[each.key]
    "platform:resource" = "databases/${each.key}"
  })

  lifecycle {
    # A database is restored once.
    ignore_changes = [snapshot_identifier]
  }

  depends_on = [aws_cloudwatch_log_group.relational]
}

locals {
  aurora_instances = merge([for name, database in local.aurora : {
    for index in range(database.instances) : "${name}/${index}" => { database = name, index = index, class = database.instance_class }
  }]...)
}

resource "aws_rds_cluster_instance" "this" {
  for_each = local.aurora_instances

  identifier         = "${local.database_names[each.value.database]}-${each.value.index}"
  cluster_identifier = aws_rds_cluster.this[each.value.database].id
  engine             = aws_rds_cluster.this[each.value.database].engine
  instance_class     = each.value.class

  db_subnet_group_name       = aws_db_subnet_group.this[0].name
  publicly_accessible        = false
  ca_cert_identifier         = "rds-ca-rsa2048-g1"
  auto_minor_version_upgrade = true
  copy_tags_to_snapshot      = true
  apply_immediately          = false

  tags = merge(var.tags, {
    "Name"              = "${local.database_names[each.value.database]}-${each.value.index}"
    "platform:resource" = "databases/${each.key}"
  })
}
