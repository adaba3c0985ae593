variable "platform" {
  description = "Name of the platform."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.platform)) && !strcontains(var.platform, "--")
    error_message = "The platform name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "environment" {
  description = "Name of the environment, or \"shared\" for what environments share."
  type        = string
  default     = "shared"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.environment)) && !strcontains(var.environment, "--")
    error_message = "The environment name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "retention_days" {
  description = "Days that records are kept in the bucket."
  type        = number
  default     = 730

  validation {
    condition     = var.retention_days >= 90 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days must be a whole number from 90 to 36500."
  }
}

variable "cold_storage_days" {
  description = "Days after which records move to cheaper storage (Glacier Instant Retrieval, which Athena still reads). Null: never. Must be smaller than retention_days."
  type        = number
  default     = 90

  validation {
    condition     = var.cold_storage_days == null ? true : var.cold_storage_days >= 1 && floor(var.cold_storage_days) == var.cold_storage_days
    error_message = "cold_storage_days must be a whole number of days from 1."
  }
}

variable "lock_mode" {
  description = "\"GOVERNANCE\": who has a special right may delete records early. \"COMPLIANCE\": nobody can, not even the root user."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.lock_mode)
    error_message = "lock_mode must be \"GOVERNANCE\" or \"COMPLIANCE\"."
  }
}

variable "lock_days" {
  description = "Days during which a record can neither be changed nor deleted. At most retention_days."
  type        = number
  default     = 365

  validation {
    condition     = var.lock_days >= 1 && floor(var.lock_days) == var.lock_days
    error_message = "lock_days must be a whole number of days from 1."
  }
}

variable "kms_events" {
  description = "Whether each use of a KMS key is recorded. They are many, and say who decrypted what."
  type        = bool
  default     = true
}

variable "data_events" {
  description = "Services whose data events are recorded too: each read and write of an object, an item or a function. They cost extra."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.data_events, ["dynamodb", "lambda", "s3"])) == 0
    error_message = "Data events are dynamodb, lambda and s3."
  }
}

variable "log_retention_days" {
  description = "Days that the records are kept in CloudWatch Logs, for alarms and quick searches."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch Logs has, such as 7, 30, 90 or 365."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key that encrypts the log group. Null: the key of CloudWatch Logs."
  type        = string
  default     = null

  validation {
    condition     = var.log_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.log_kms_key_arn))
    error_message = "log_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "query_result_days" {
  description = "Days that results of Athena queries are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.query_result_days >= 1 && var.query_result_days <= 3650 && floor(var.query_result_days) == var.query_result_days
    error_message = "query_result_days must be a whole number from 1 to 3650."
  }
}

variable "key_rotation_days" {
  description = "KMS rotates the material of the trail's key this often, in days."
  type        = number
  default     = 365

  validation {
    condition     = var.key_rotation_days >= 90 && var.key_rotation_days <= 2560 && floor(var.key_rotation_days) == var.key_rotation_days
    error_message = "key_rotation_days must be a whole number from 90 to 2560."
  }
}

variable "key_deletion_window_days" {
  description = "Days between the deletion of the trail's key and its end. Until then it can be saved."
  type        = number
  default     = 30

  validation {
    condition     = var.key_deletion_window_days >= 7 && var.key_deletion_window_days <= 30 && floor(var.key_deletion_window_days) == var.key_deletion_window_days
    error_message = "key_deletion_window_days must be a whole number from 7 to 30."
  }
}

variable "tags" {
  description = "Tags on everything, beside those of the provider."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "aws:") && !startswith(key, "platform:")])
    error_message = "Tag names starting with \"aws:\" or \"platform:\" are reserved."
  }
}
