variable "platform" {
  description = "Name of the platform."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.platform)) && !strcontains(var.platform, "--")
    error_message = "The platform name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "environment" {
  description = "Name of the environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.environment)) && !strcontains(var.environment, "--")
    error_message = "The environment name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "protection" {
  description = "Whether the databases are protected against being deleted."
  type        = bool
  default     = false
}

variable "vpc_id" {
  description = "VPC of the databases."
  type        = string

  validation {
    condition     = can(regex("^vpc-[0-9a-z]+$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC."
  }
}

variable "subnet_ids" {
  description = "Subnets without a way to the internet, in two zones or more."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A database needs subnets in at least two zones."
  }
}

variable "client_security_group_id" {
  description = "Security group whose members reach the databases: that of the cluster."
  type        = string

  validation {
    condition     = can(regex("^sg-[0-9a-z]+$", var.client_security_group_id))
    error_message = "client_security_group_id must be the id of a security group."
  }
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the databases, their backups and the secrets of their users."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key that encrypts the logs of the databases. Null: the key of CloudWatch Logs."
  type        = string
  default     = null

  validation {
    condition     = var.log_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.log_kms_key_arn))
    error_message = "log_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "log_retention_days" {
  description = "Days that the logs of the databases are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch Logs has, such as 7, 30, 90 or 365."
  }
}

variable "databases" {
  description = "The databases by name. `instances`: nodes of an Aurora cluster or a cache, or two for a PostgreSQL instance with a standby. `storage_gib` is for postgresql only; `partition_key` and `sort_key` for dynamodb only. `final_snapshot`: whether the data is kept when the database is deleted."
  type = map(object({
    engine                = string
    version               = optional(string)
    instance_class        = optional(string)
    instances             = optional(number, 1)
    storage_gib           = optional(number, 20)
    database_name         = optional(string)
    snapshot              = optional(string)
    backup_retention_days = optional(number, 7)
    final_snapshot        = optional(bool, true)
    partition_key         = optional(object({ name = string, type = string }))
    sort_key              = optional(object({ name = string, type = string }))
  }))

  validation {
    condition     = length(var.databases) > 0
    error_message = "Name at least one database."
  }

  validation {
    condition     = alltrue([for name in keys(var.databases) : can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", name)) && !strcontains(name, "--")])
    error_message = "Names of databases must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : contains(["aurora-postgresql", "postgresql", "dynamodb", "redis", "valkey"], database.engine)])
    error_message = "The engine of a database must be aurora-postgresql, postgresql, dynamodb, redis or valkey."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.engine == "dynamodb" || can(regex(lookup({ redis = "^[6-9][.][0-9]{1,2}$", valkey = "^[7-9][.][0-9]{1,2}$" }, database.engine, "^[0-9]{1,2}([.][0-9]{1,2})?$"), database.version))])
    error_message = "A database needs the version of its engine: such as \"17\" or \"16.8\", and major.minor for redis and valkey."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.engine == "dynamodb" || can(regex("^${contains(["redis", "valkey"], database.engine) ? "cache" : "db"}[.][a-z0-9-]+[.][a-z0-9]+$", database.instance_class))])
    error_message = "The instance class must be one of RDS (db.t4g.medium) or, for redis and valkey, of ElastiCache (cache.t4g.small)."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.instances >= 1 && database.instances <= (database.engine == "postgresql" ? 2 : 6) && floor(database.instances) == database.instances])
    error_message = "instances must be a whole number from 1 to 6, and 1 or 2 for postgresql."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.storage_gib >= 20 && database.storage_gib <= 16384 && floor(database.storage_gib) == database.storage_gib])
    error_message = "storage_gib must be a whole number from 20 to 16384."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.database_name == null || can(regex("^[a-z][a-z0-9_]{0,62}$", database.database_name))])
    error_message = "database_name must be 1 to 63 lower-case letters, digits and underscores, starting with a letter."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : database.backup_retention_days >= (database.engine == "aurora-postgresql" ? 1 : 0) && database.backup_retention_days <= 35 && floor(database.backup_retention_days) == database.backup_retention_days])
    error_message = "backup_retention_days must be a whole number from 0 to 35, and at least 1 for Aurora."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : (database.engine == "dynamodb") == (database.partition_key != null) && (database.engine == "dynamodb" || database.sort_key == null)])
    error_message = "A dynamodb table needs a partition_key; other engines have neither partition_key nor sort_key."
  }

  validation {
    condition     = alltrue(flatten([for database in values(var.databases) : [for key in [database.partition_key, database.sort_key] : key == null || (contains(["S", "N", "B"], try(key.type, "")) && can(regex("^.{1,255}$", key.name)))]]))
    error_message = "A key of a table must have a name of 1 to 255 characters and the type S, N or B."
  }
}

variable "tags" {
  description = "Tags on everything in this module, beside those of the provider."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "aws:") && !startswith(key, "platform:")])
    error_message = "Tag names starting with \"aws:\" or \"platform:\" are reserved."
  }
}
