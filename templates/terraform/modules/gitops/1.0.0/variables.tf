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

variable "cluster_name" {
  description = "EKS cluster of this environment."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be the name of an EKS cluster."
  }
}

variable "namespace" {
  description = "Namespace of Argo CD in the management cluster."
  type        = string
  default     = "argocd"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace must be the name of a Kubernetes namespace."
  }
}

variable "management" {
  description = "The management environment, in whose cluster Argo CD runs: its name and AWS account. This environment's own name: it is the one."
  type = object({
    environment = string
    account_id  = string
  })

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.management.environment)) && !strcontains(var.management.environment, "--")
    error_message = "The name of the management environment must be 2 to 32 lower-case letters, digits and single dashes."
  }

  validation {
    condition     = can(regex("^[0-9]{12}$", var.management.account_id))
    error_message = "The account of the management environment must be the 12 digits of an AWS account."
  }
}

variable "git_repository_arn" {
  description = "Repository of CodeCommit that Argo CD reads. Null: it lies elsewhere."
  type        = string
  default     = null

  validation {
    condition     = var.git_repository_arn == null || can(regex("^arn:aws[a-z-]*:codecommit:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9._-]{1,100}$", var.git_repository_arn))
    error_message = "git_repository_arn must be the ARN of a repository of CodeCommit."
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
