variable "name" {
  description = "Name of the EKS cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.name))
    error_message = "name must be the name of an EKS cluster."
  }
}

variable "role_arn" {
  description = "Role of the control plane."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.role_arn))
    error_message = "role_arn must be the ARN of an IAM role."
  }
}

variable "kubernetes_version" {
  description = "Kubernetes minor version of the control plane."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version such as 1.35."
  }
}

variable "authentication_mode" {
  description = "How the cluster knows its users. API: access entries only. API_AND_CONFIG_MAP: aws-auth too."
  type        = string

  validation {
    condition     = contains(["API", "API_AND_CONFIG_MAP"], var.authentication_mode)
    error_message = "authentication_mode must be API or API_AND_CONFIG_MAP."
  }
}

variable "public_access_cidrs" {
  description = "Address ranges that may reach the public endpoint. Empty: there is none."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrhost(cidr, 0))])
    error_message = "public_access_cidrs must be address ranges."
  }

  validation {
    condition     = var.private_endpoint || length(var.public_access_cidrs) > 0
    error_message = "A cluster needs a private or a public endpoint."
  }
}

variable "private_endpoint" {
  description = "Whether the API is reached from inside the network too."
  type        = bool
}

variable "subnet_ids" {
  description = "Subnets of the control plane."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "A control plane has subnets."
  }
}

variable "security_group_ids" {
  description = "Security groups of the control plane, beside the one that EKS makes."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.security_group_ids : startswith(id, "sg-")])
    error_message = "security_group_ids must be ids of security groups."
  }
}

variable "log_types" {
  description = "Kinds of logs of the control plane that are kept."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for type in var.log_types : contains(["api", "audit", "authenticator", "controllerManager", "scheduler"], type)])
    error_message = "log_types must be of api, audit, authenticator, controllerManager and scheduler."
  }
}

variable "secrets_kms_key_arn" {
  description = "KMS key of the secrets. Null: the one of AWS."
  type        = string
  default     = null

  validation {
    condition     = var.secrets_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:", var.secrets_kms_key_arn))
    error_message = "secrets_kms_key_arn must be the ARN of a KMS key."
  }
}

variable "support_type" {
  description = "What happens at the end of standard support: STANDARD or EXTENDED. Null: left as it is."
  type        = string
  default     = null

  validation {
    condition     = var.support_type == null || contains(["STANDARD", "EXTENDED"], coalesce(var.support_type, "STANDARD"))
    error_message = "support_type must be STANDARD or EXTENDED."
  }
}

variable "zonal_shift" {
  description = "Whether traffic may be shifted away from a zone."
  type        = bool
  default     = false
}

variable "cluster_tags" {
  description = "Tags that the cluster has."
  type        = map(string)
  default     = {}
}

variable "node_groups" {
  description = "The managed node groups by name. follows_cluster: they have the version of the control plane, and follow it. Null: EKS's default, or what the launch template says."
  type = map(object({
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

  validation {
    condition     = alltrue([for group in values(var.node_groups) : group.min <= group.desired && group.desired <= group.max])
    error_message = "Each node group must have min <= desired <= max."
  }
}

variable "addons" {
  description = "The add-ons of EKS by name: version, role of the service account, configuration as JSON, and roles through Pod Identity by service account."
  type = map(object({
    version        = string
    role_arn       = optional(string)
    configuration  = optional(string)
    pod_identities = optional(map(string), {})
    tags           = optional(map(string), {})
  }))
  default = {}

  validation {
    condition     = alltrue([for addon in values(var.addons) : can(regex("^v[0-9]", addon.version))])
    error_message = "Each add-on must have a version of EKS such as v1.12.4-eksbuild.1."
  }
}

variable "access_entries" {
  description = "The access entries of people and roles, by ARN: Kubernetes groups, user name, and access policies with their namespaces (none: the whole cluster)."
  type = map(object({
    groups    = optional(list(string), [])
    user_name = optional(string)
    policies  = optional(map(list(string)), {})
    tags      = optional(map(string), {})
  }))
  default = {}

  validation {
    condition     = alltrue([for arn in keys(var.access_entries) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "access_entries must be named by the ARN of an IAM role or user."
  }
}

variable "oidc_provider" {
  description = "The OpenID Connect provider of the cluster in IAM. Null: there is none."
  type = object({
    url         = string
    client_ids  = list(string)
    thumbprints = optional(list(string))
    tags        = optional(map(string), {})
  })
  default = null

  validation {
    condition     = var.oidc_provider == null || can(regex("^https://", var.oidc_provider.url))
    error_message = "The URL of the provider must start with https://."
  }
}

variable "tags" {
  description = "Tags to put on all of it, beside those that it has."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "aws:") && !startswith(key, "platform:")])
    error_message = "Tag names starting with \"aws:\" or \"platform:\" are reserved."
  }
}
