variable "platform" {
  description = "Name of the platform. Part of every name and tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.platform)) && !strcontains(var.platform, "--")
    error_message = "The platform name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "environment" {
  description = "\"shared\": the word in names and tags where those of an environment have its name."
  type        = string
  default     = "shared"

  validation {
    condition     = var.environment == "shared"
    error_message = "environment must be \"shared\"."
  }
}

variable "region" {
  description = "AWS Region of the environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS Region such as eu-west-1."
  }
}

variable "account_id" {
  description = "AWS account of what is shared. Credentials of any other account are refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account."
  }
}

variable "assume_role_arn" {
  description = "Role to assume in the account. Null: the credentials are used as they are."
  type        = string
  default     = null

  validation {
    condition     = var.assume_role_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.assume_role_arn))
    error_message = "assume_role_arn must be the ARN of an IAM role."
  }
}

variable "protection" {
  description = "Whether what is shared is protected against being destroyed."
  type        = bool
}

variable "keys" {
  description = "The KMS keys: rotation and deletion in days, who administers and who uses them."
  type = object({
    rotation_days        = number
    deletion_window_days = number
    administrators       = list(string)
    users                = list(string)
  })
}

variable "registry" {
  description = "The container registries: their names, accounts that may pull, and how long images are kept. Null: none."
  type = object({
    repositories     = set(string)
    pull_account_ids = set(string)
    untagged_days    = number
    keep_images      = number
  })
  default = null
}

variable "trail" {
  description = "The audit trail: how long records are kept and locked, and what is recorded. Null: none."
  type = object({
    retention_days     = number
    cold_storage_days  = number
    lock_mode          = string
    lock_days          = number
    kms_events         = bool
    data_events        = set(string)
    log_retention_days = number
  })
  default = null
}

variable "dns" {
  description = "The hosted zones and certificates, by domain. Null: none."
  type = object({
    zones = map(object({
      certificate          = bool
      parent               = string
      parent_zone_id       = string
      wait_for_certificate = bool
    }))
  })
  default = null
}

variable "access_baseline" {
  description = "The rules of the account, the role for emergencies, and the roles of the tool with who may take them. Null: none of it."
  type = object({
    password_policy      = bool
    block_public_buckets = bool
    encrypt_volumes      = bool
    volume_kms_key_arn   = string
    access_analyzer      = bool
    break_glass          = object({ principals = list(string) })
    tool_roles           = object({ plan_principals = list(string), apply_principals = list(string) })
    github = object({
      plan_subjects   = list(string)
      apply_subjects  = list(string)
      create_provider = bool
    })
    gitlab = object({
      url             = string
      plan_subjects   = list(string)
      apply_subjects  = list(string)
      create_provider = bool
    })
  })
  default = null
}

variable "observability" {
  description = "Whether the use of the role for emergencies raises an alarm, and who is told. Monthly budgets by name, seen through a tag or of the whole account, and tags by which costs are told apart. Null: none of it."
  type = object({
    alarms = bool
    emails = list(string)
    budgets = map(object({
      monthly_usd = number
      tag         = object({ key = string, value = string })
      emails      = list(string)
      thresholds  = list(number)
    }))
    cost_allocation_tags = set(string)
  })
  default = null
}

variable "tags" {
  description = "Tags on everything, beside those of the platform."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "aws:") && !startswith(key, "platform:")])
    error_message = "Tag names starting with \"aws:\" or \"platform:\" are reserved."
  }
}
