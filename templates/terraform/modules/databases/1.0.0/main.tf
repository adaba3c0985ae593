# The databases of an environment, by name. All are encrypted by the environment's data key, lie in subnets without a way to the
# internet, and are reached from the cluster only. Passwords are made and kept by AWS: none is in the state or in an output.

locals {
  prefix = "${var.platform}-${var.environment}"

  of_engine = { for engine in ["aurora-postgresql", "postgresql", "dynamodb", "redis", "valkey"] :
    engine => { for name, database in var.databases : name => database if database.engine == engine }
  }
  aurora   = local.of_engine["aurora-postgresql"]
  postgres = local.of_engine["postgresql"]
  tables   = local.of_engine["dynamodb"]
  caches   = merge(local.of_engine["redis"], local.of_engine["valkey"])

  relational = merge(local.aurora, local.postgres)
  in_network = merge(local.relational, local.caches)

  full_names = { for name in keys(var.databases) : name => "${local.prefix}-${name}" }
  # Names of replication groups and users of caches end at 40 characters, those of databases at 63, with room for a suffix:
  # a long name keeps its start and gets a digest.
  cache_names = { for name, full in local.full_names :
    name => length(full) <= 36 ? full : "${trimsuffix(substr(full, 0, 27), "-")}-${substr(sha256(full), 0, 8)}"
  }
  database_names = { for name, full in local.full_names :
    name => length(full) <= 56 ? full : "${trimsuffix(substr(full, 0, 47), "-")}-${substr(sha256(full), 0, 8)}"
  }
  # Another one in each network: a snapshot outlives its environment, and the next one of that name wants to leave one too.
  incarnation = substr(sha256(var.vpc_id), 0, 8)

  ports = { for name, database in local.in_network : name => contains(["redis", "valkey"], database.engine) ? 6379 : 5432 }
}

resource "aws_db_subnet_group" "this" {
  count = length(local.relational) > 0 ? 1 : 0

  name        = local.prefix
  description = "Subnets of the databases of ${local.prefix}."
  subnet_ids  = var.subnet_ids

  tags = merge(var.tags, {
    "Name"              = local.prefix
    "platform:resource" = "databases/subnet-group/relational"
  })
}

# One for each database, so that one can be opened further without the others.
resource "aws_security_group" "this" {
  for_each = local.in_network

  name        = "${local.prefix}-database-${each.key}"
  description = "Database ${each.key}: from the cluster only."
  vpc_id      = var.vpc_id

  tags = merge(var.tags, {
    "Name"              = "${local.prefix}-database-${each.key}"
    "platform:resource" = "databases/security-group/${each.key}"
  })
}

resource "aws_vpc_security_group_ingress_rule" "cluster" {
  for_each = local.in_network

  security_group_id            = aws_security_group.this[each.key].id
  description                  = "From the nodes and pods of the cluster."
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.ports[each.key]
  to_port                      = local.ports[each.key]

  tags = merge(var.tags, {
    "Name"              = "${local.prefix}-database-${each.key}-cluster"
    "platform:resource" = "databases/security-group-rule/${each.key}"
  })
}
