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

variable "purposes" {
  description = "What keys are wanted for."
  type        = set(string)
  default     = ["cluster-secrets", "data", "logs", "images"]

  validation {
    condition     = length(setsubtract(var.purposes, ["cluster-secrets", "data", "logs", "images"])) == 0
    error_message = "Purposes are cluster-secrets, data, logs and images."
  }
}

variable "rotation_days" {
  description = "KMS rotates the key material this often, in days."
  type        = number
  default     = 365

  validation {
    condition     = var.rotation_days >= 90 && var.rotation_days <= 2560 && floor(var.rotation_days) == var.rotation_days
    error_message = "rotation_days must be a whole number from 90 to 2560."
  }
}

variable "deletion_window_days" {
  description = "Days between the deletion of a key and its end. Until then it can be saved."
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "deletion_window_days must be a whole number from 7 to 30."
  }
}

variable "administrators" {
  description = "ARNs of IAM roles and users that may administer the keys, beside those that IAM policies of the account allow. They cannot encrypt or decrypt."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.administrators : can(regex("^arn:aws[a-z-]*:iam::\\d{12}:(role|user)/", arn))])
    error_message = "Each administrator must be the ARN of an IAM role or user."
  }
}

variable "users" {
  description = "ARNs of IAM roles and users that may encrypt and decrypt with the keys. They cannot administer them."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.users : can(regex("^arn:aws[a-z-]*:iam::\\d{12}:(role|user)/", arn))])
    error_message = "Each user must be the ARN of an IAM role or user."
  }
}

variable "shared_account_ids" {
  description = "Accounts that may use the data and images keys. Their own IAM policies decide who in them does."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.shared_account_ids : can(regex("^\\d{12}$", id))])
    error_message = "Each shared account must be the 12 digits of an AWS account."
  }
}

variable "data_services" {
  description = "Services beside EBS, RDS, S3, Secrets Manager and Systems Manager that use the data key: \"dynamodb\", \"elasticache\"."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.data_services : contains(["dynamodb", "elasticache"], service)])
    error_message = "Each of data_services must be \"dynamodb\" or \"elasticache\"."
  }
}

variable "tags" {
  description = "Tags on every key, beside those of the provider."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "aws:") && !startswith(key, "platform:")])
    error_message = "Tag names starting with \"aws:\" or \"platform:\" are reserved."
  }
}
