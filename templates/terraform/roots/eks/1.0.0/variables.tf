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

variable "role" {
  description = "\"management\": the cluster that watches over all others. \"workload\": a cluster for applications."
  type        = string

  validation {
    condition     = contains(["management", "workload"], var.role)
    error_message = "role must be \"management\" or \"workload\"."
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

variable "protection" {
  description = "Whether the environment is protected against being destroyed."
  type        = bool
}

variable "network" {
  description = "The VPC: address range, number of zones, NAT gateways, interface endpoints and how long flow logs are kept."
  type = object({
    cidr                    = string
    zone_count              = number
    nat                     = string
    interface_endpoints     = list(string)
    flow_log_retention_days = number
  })
}

variable "keys" {
  description = "The KMS keys: rotation and deletion in days, who administers and who uses them, accounts they are shared with."
  type = object({
    rotation_days        = number
    deletion_window_days = number
    administrators       = list(string)
    users                = list(string)
    shared_account_ids   = list(string)
  })
}

variable "cluster" {
  description = "The EKS cluster: version, who reaches and administers it, how long logs are kept, and its managed node groups."
  type = object({
    name                = string
    kubernetes_version  = string
    authentication_mode = string
    public_access_cidrs = list(string)
    administrators      = list(string)
    log_retention_days  = number
    node_groups = map(object({
      instance_types = list(string)
      capacity       = string
      min            = number
      max            = number
      desired        = number
      disk_gib       = number
      labels         = map(string)
    }))
  })
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
