variable "platform" {
  description = "Name of the platform."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.platform)) && !strcontains(var.platform, "--")
    error_message = "The platform name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster that they are in."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "The cluster name must be at most 100 letters, digits, dashes and underscores, starting with a letter or digit."
  }
}

variable "cluster_administrators" {
  description = "Principals that administer the whole cluster: they have their access entry already."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.cluster_administrators : can(regex("^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", arn))])
    error_message = "Cluster administrators must be ARNs of IAM roles or users."
  }
}

variable "environments" {
  description = "The soft environments by name: their namespaces, the IAM principals that administer and view them, and their key, null for none."
  type = map(object({
    namespaces     = list(string)
    administrators = optional(list(string), [])
    viewers        = optional(list(string), [])
    key = optional(object({
      rotation_days        = optional(number, 365)
      deletion_window_days = optional(number, 30)
      administrators       = optional(list(string), [])
      users                = optional(list(string), [])
    }))
  }))

  validation {
    condition     = alltrue([for name in keys(var.environments) : can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", name))])
    error_message = "The names of environments must be 2 to 32 lower-case letters, digits and dashes."
  }

  validation {
    condition = alltrue([for environment in values(var.environments) :
      length(environment.namespaces) > 0 && alltrue([for name in environment.namespaces : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name)) && !startswith(name, "kube-")])
    ])
    error_message = "Namespaces must be at least one, of 1 to 63 lower-case letters, digits and dashes, and not start with kube-."
  }

  validation {
    condition = alltrue(flatten([for environment in values(var.environments) :
      [for arn in concat(environment.administrators, environment.viewers, try(environment.key.administrators, []), try(environment.key.users, [])) :
    can(regex("^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$", arn))]]))
    error_message = "Administrators, viewers and users must be ARNs of IAM roles or users."
  }

  validation {
    condition = alltrue([for environment in values(var.environments) :
      environment.key == null ? true : environment.key.rotation_days >= 90 && environment.key.rotation_days <= 2560 && environment.key.deletion_window_days >= 7 && environment.key.deletion_window_days <= 30
    ])
    error_message = "Keys rotate every 90 to 2560 days, and are deleted after 7 to 30 days."
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
