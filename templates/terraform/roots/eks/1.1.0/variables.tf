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
    addon_versions      = optional(map(string), {})
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

variable "edge" {
  description = "The load balancer at the edge. Null: none."
  type = object({
    internal         = bool
    allowed_cidrs    = list(string)
    certificate_arns = list(string)
    plain_http       = bool
    target_groups = map(object({
      port        = number
      protocol    = string
      weight      = number
      health_path = string
    }))
    access_log_retention_days = number
  })
  default = null
}

variable "waf" {
  description = "The web ACL of the load balancer: mode \"count\" or \"block\", requests of one address in five minutes, lists of addresses, rules that only count. Null: none."
  type = object({
    mode               = string
    rate_limit         = number
    allow_cidrs        = list(string)
    block_cidrs        = list(string)
    counted_rules      = map(list(string))
    log_retention_days = number
  })
  default = null

  validation {
    condition     = var.waf == null || var.edge != null
    error_message = "A web ACL needs a load balancer: set edge too."
  }
}

variable "databases" {
  description = "The databases by name. Empty: none."
  type = map(object({
    engine                = string
    version               = optional(string)
    instance_class        = optional(string)
    instances             = optional(number, 1)
    storage_gib           = optional(number, 20)
    database_name         = optional(string)
    snapshot              = optional(string)
    backup_retention_days = number
    final_snapshot        = bool
    partition_key         = optional(object({ name = string, type = string }))
    sort_key              = optional(object({ name = string, type = string }))
  }))
  default = {}
}

variable "soft_environments" {
  description = "The soft environments in this cluster by name: namespaces, IAM principals that administer and view them, and a key of their own, null for none. Empty: none."
  type = map(object({
    namespaces     = list(string)
    administrators = list(string)
    viewers        = list(string)
    key = optional(object({
      rotation_days        = number
      deletion_window_days = number
      administrators       = list(string)
      users                = list(string)
    }))
  }))
  default = {}
}

variable "connectivity" {
  description = "The management network that reaches this environment's private endpoints, with the role to assume in its account. Null: no peering."
  type = object({
    vpc_id          = string
    cidr            = string
    account_id      = string
    region          = string
    assume_role_arn = string
  })
  default = null
}

variable "observability" {
  description = "Alarms and the addresses that they are sent to, a role for the CloudWatch exporter, and a monthly budget in US dollars. Null: none."
  type = object({
    alarms             = bool
    emails             = list(string)
    exporter           = bool
    monthly_budget_usd = number
  })
  default = null
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

variable "addons" {
  description = "Add-ons of the cluster that need more in AWS than every cluster has: \"karpenter\", \"velero\". Empty: none."
  type        = list(string)
  default     = []
}

variable "hosted_zone_arns" {
  description = "Route 53 zones that ExternalDNS and cert-manager may change. Empty: all of the account."
  type        = list(string)
  default     = []
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
