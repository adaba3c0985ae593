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
  description = "Whether the environment is protected against being destroyed: then its backups are too."
  type        = bool
  default     = false
}

variable "cluster_name" {
  description = "EKS cluster of this environment."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be the name of an EKS cluster."
  }
}

variable "addons" {
  description = "Add-ons of the cluster that need more in AWS than module cluster-eks makes: \"karpenter\" (a queue of interruptions) and \"velero\" (a role and a bucket)."
  type        = list(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.addons, ["karpenter", "velero"])) == 0
    error_message = "addons may name karpenter and velero."
  }

  validation {
    condition     = length(distinct(var.addons)) == length(var.addons)
    error_message = "addons must name each add-on once."
  }
}

variable "data_kms_key_arn" {
  description = "KMS key of the backups."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.data_kms_key_arn))
    error_message = "data_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "removed_backup_retention_days" {
  description = "Days that a backup is kept after Velero, or somebody, has removed it."
  type        = number
  default     = 14

  validation {
    condition     = var.removed_backup_retention_days >= 1 && var.removed_backup_retention_days <= 3653 && floor(var.removed_backup_retention_days) == var.removed_backup_retention_days
    error_message = "removed_backup_retention_days must be a whole number from 1 to 3653."
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
