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

variable "password_policy" {
  description = "Whether passwords of IAM users must be long, and may not be used again."
  type        = bool
  default     = true
}

variable "block_public_buckets" {
  description = "Whether no bucket of the account can be made public, whatever its own settings say."
  type        = bool
  default     = true
}

variable "encrypt_volumes" {
  description = "Whether every new EBS volume of the region is encrypted."
  type        = bool
  default     = true
}

variable "volume_kms_key_arn" {
  description = "KMS key for volumes that name none. Null: the key of EBS."
  type        = string
  default     = null

  validation {
    condition     = var.volume_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.volume_kms_key_arn))
    error_message = "volume_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "access_analyzer" {
  description = "Whether IAM Access Analyzer reports what other accounts can reach."
  type        = bool
  default     = true
}

variable "break_glass" {
  description = "The role for emergencies: all rights, an hour at a time, with MFA only. principals: IAM users that may take it; empty: those whom IAM policies of the account allow. Null: no such role."
  type = object({
    principals = optional(list(string), [])
  })
  default = {}

  validation {
    condition     = var.break_glass == null ? true : alltrue([for arn in var.break_glass.principals : can(regex("^arn:aws[a-z-]*:iam::\\d{12}:user/", arn))])
    error_message = "Each principal of the break-glass role must be the ARN of an IAM user: the session of a role does not tell whether MFA was used."
  }
}

variable "tool_roles" {
  description = "The roles of the tool: one that may plan and one that may apply. Principals that may take them; empty: those whom IAM policies of the account allow. Null: no such roles."
  type = object({
    plan_principals  = optional(list(string), [])
    apply_principals = optional(list(string), [])
  })
  default = {}

  validation {
    condition     = var.tool_roles == null ? true : alltrue([for arn in concat(var.tool_roles.plan_principals, var.tool_roles.apply_principals) : can(regex("^arn:aws[a-z-]*:iam::\\d{12}:(role|user)/", arn))])
    error_message = "Each principal of a tool role must be the ARN of an IAM role or user."
  }
}

variable "github" {
  description = "GitHub Actions that may take the tool's roles, by the exact subject of their token, such as repo:acme@1234/platform@5678:ref:refs/heads/main (with ids in repositories made since July 2026). create_provider: false when the account has GitHub's identity provider already. Null: none."
  type = object({
    plan_subjects   = optional(list(string), [])
    apply_subjects  = optional(list(string), [])
    create_provider = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.github == null ? true : alltrue([for subject in concat(var.github.plan_subjects, var.github.apply_subjects) : can(regex("^repo:[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?:(ref:refs/(heads|tags)/[^*?\\s]+|environment:[^*?\\s]+|pull_request)$", subject))])
    error_message = "A subject of GitHub must be repo:OWNER/NAME: or repo:OWNER@ID/NAME@ID: with ref:refs/heads/BRANCH, ref:refs/tags/TAG, environment:NAME or pull_request after it, without * and ?."
  }

  validation {
    condition     = var.github == null ? true : !anytrue([for subject in var.github.apply_subjects : endswith(subject, ":pull_request")])
    error_message = "A pull request may plan, but not apply: anybody can open one."
  }
}

variable "gitlab" {
  description = "GitLab pipelines that may take the tool's roles, by the exact subject of their token, such as project_path:acme/platform:ref_type:branch:ref:main. url: address of GitLab, which is also the audience of the token. create_provider: false when the account has this identity provider already. Null: none."
  type = object({
    url             = optional(string, "https://gitlab.com")
    plan_subjects   = optional(list(string), [])
    apply_subjects  = optional(list(string), [])
    create_provider = optional(bool, true)
  })
  default = null

  validation {
    condition     = var.gitlab == null ? true : can(regex("^https://[a-z0-9.-]+[a-z0-9]$", var.gitlab.url))
    error_message = "The address of GitLab must be https:// and a host, without a slash at the end."
  }

  validation {
    condition     = var.gitlab == null ? true : alltrue([for subject in concat(var.gitlab.plan_subjects, var.gitlab.apply_subjects) : can(regex("^project_path:[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)+:ref_type:(branch|tag):ref:[^*?\\s]+$", subject))])
    error_message = "A subject of GitLab must be project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH (or ref_type:tag), without * and ?."
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
