output "endpoints" {
  description = "Where each database is reached, by name: `address` and `port`. A DynamoDB table has its name for an address and no port."
  value = merge(
    { for name, database in aws_db_instance.this : name => { address = database.address, port = database.port } },
    { for name, cluster in aws_rds_cluster.this : name => { address = cluster.endpoint, port = cluster.port } },
    { for name, cache in aws_elasticache_replication_group.this : name => { address = cache.primary_endpoint_address, port = cache.port } },
    { for name, table in aws_dynamodb_table.this : name => { address = table.name, port = null } },
  )
}

output "reader_endpoints" {
  description = "Where copies for reading are reached, by name of the database. Only those that have some."
  value = merge(
    { for name, cluster in aws_rds_cluster.this : name => cluster.reader_endpoint },
    { for name, cache in aws_elasticache_replication_group.this : name => cache.reader_endpoint_address },
  )
}

output "arns" {
  description = "ARN of each database, by name."
  value = merge(
    { for name, database in aws_db_instance.this : name => database.arn },
    { for name, cluster in aws_rds_cluster.this : name => cluster.arn },
    { for name, cache in aws_elasticache_replication_group.this : name => cache.arn },
    { for name, table in aws_dynamodb_table.this : name => table.arn },
  )
}

output "secret_arns" {
  description = "ARN of the secret in which AWS keeps the password of the first user, by name of the database. The password itself is nowhere here."
  value = merge(
    { for name, database in aws_db_instance.this : name => one(database.master_user_secret[*].secret_arn) },
    { for name, cluster in aws_rds_cluster.this : name => one(cluster.master_user_secret[*].secret_arn) },
  )
}

output "cache_users" {
  description = "User that signs in with IAM, by name of the cache."
  value       = { for name, user in aws_elasticache_user.application : name => user.user_name }
}

output "security_group_ids" {
  description = "Security group of each database that has one, by name."
  value       = { for name, group in aws_security_group.this : name => group.id }
}

output "monitored" {
  description = "Names by which CloudWatch knows the databases, by kind."
  value = {
    instances = merge(
      { for name, database in aws_db_instance.this : name => database.identifier },
      { for name, instance in aws_rds_cluster_instance.this : name => instance.identifier },
    )
    storage = { for name, database in aws_db_instance.this : name => database.identifier }
    tables  = { for name, table in aws_dynamodb_table.this : name => table.name }
    caches = merge([for name, cache in local.caches : {
      for index in range(cache.instances) : "${name}/${index}" => "${aws_elasticache_replication_group.this[name].replication_group_id}-${format("%03d", index + 1)}"
    }]...)
  }
}
