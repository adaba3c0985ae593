variable "platform" {
  description = "Name of the platform. Part of every name and tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.platform)) && !strcontains(var.platform, "--")
    error_message = "The platform name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "environment" {
  description = "Name of the environment. Part of every name and tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.environment)) && !strcontains(var.environment, "--")
    error_message = "The environment name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
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
  description = "AWS account of the environment. Credentials of any other account are refused."
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

variable "vpc_id" {
  description = "VPC of the cluster. It is only looked at."
  type        = string

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be the id of a VPC."
  }
}

variable "cluster" {
  description = "The cluster as it is: control plane, node groups, add-ons, access entries, and its OpenID Connect provider."
  type = object({
    name                = string
    role_arn            = string
    kubernetes_version  = string
    authentication_mode = string
    public_access_cidrs = list(string)
    private_endpoint    = bool
    subnet_ids          = list(string)
    security_group_ids  = list(string)
    log_types           = list(string)
    secrets_kms_key_arn = optional(string)
    support_type        = optional(string)
    zonal_shift         = optional(bool, false)
    tags                = optional(map(string), {})
    node_groups = map(object({
      role_arn                   = string
      subnet_ids                 = list(string)
      min                        = number
      max                        = number
      desired                    = number
      follows_cluster            = optional(bool, false)
      ami_type                   = optional(string)
      instance_types             = optional(list(string))
      capacity                   = optional(string)
      disk_gib                   = optional(number)
      labels                     = optional(map(string), {})
      max_unavailable            = optional(number)
      max_unavailable_percentage = optional(number)
      launch_template            = optional(object({ id = string, version = string }))
      taints                     = optional(list(object({ key = string, value = optional(string), effect = string })), [])
      tags                       = optional(map(string), {})
    }))
    addons = map(object({
      version        = string
      role_arn       = optional(string)
      configuration  = optional(string)
      pod_identities = optional(map(string), {})
      tags           = optional(map(string), {})
    }))
    access_entries = map(object({
      groups    = optional(list(string), [])
      user_name = optional(string)
      policies  = optional(map(list(string)), {})
      tags      = optional(map(string), {})
    }))
    oidc_provider = optional(object({
      url         = string
      client_ids  = list(string)
      thumbprints = optional(list(string))
      tags        = optional(map(string), {})
    }))
  })
}

variable "gitops" {
  description = "The management environment whose Argo CD works in this cluster, its AWS account, and the repository of CodeCommit that it reads. Null: none."
  type = object({
    management_environment = string
    management_account_id  = string
    git_repository_arn     = optional(string)
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
