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

variable "alarms" {
  description = "Whether there are alarms, a topic that they are sent to, and a dashboard."
  type        = bool
  default     = false
}

variable "emails" {
  description = "Addresses that alarms are sent to. AWS asks each of them for a confirmation."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@\\s]+@[^@\\s]+[.][^@\\s]+$", email))])
    error_message = "Each address must be one of e-mail, such as oncall@example.com."
  }
}

variable "key_deletion_window_days" {
  description = "Days between the deletion of the topic's key and its end."
  type        = number
  default     = 30

  validation {
    condition     = var.key_deletion_window_days >= 7 && var.key_deletion_window_days <= 30 && floor(var.key_deletion_window_days) == var.key_deletion_window_days
    error_message = "key_deletion_window_days must be a whole number from 7 to 30."
  }
}

variable "nat_gateway_ids" {
  description = "NAT gateways that are watched."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.nat_gateway_ids : can(regex("^nat-[0-9a-z]+$", id))])
    error_message = "Each NAT gateway must be the id of one."
  }
}

variable "load_balancer" {
  description = "The load balancer that is watched, and its target groups by name, as CloudWatch names them (the ends of their ARNs)."
  type = object({
    arn_suffix    = string
    target_groups = map(string)
  })
  default = null

  validation {
    condition     = var.load_balancer == null || can(regex("^app/", var.load_balancer.arn_suffix))
    error_message = "The load balancer must be named by the end of its ARN, such as app/acme-dev-edge/0123456789abcdef."
  }
}

variable "web_acl" {
  description = "The web ACL that is watched, by name."
  type        = object({ name = string })
  default     = null

  validation {
    condition     = var.web_acl == null || can(regex("^[A-Za-z0-9_-]{1,128}$", var.web_acl.name))
    error_message = "The web ACL must be named by 1 to 128 letters, digits, dashes and underscores."
  }
}

variable "databases" {
  description = "Databases that are watched: names in CloudWatch by kind and name, as the module `databases` gives them in `monitored`."
  type = object({
    instances = map(string)
    storage   = map(string)
    tables    = map(string)
    caches    = map(string)
  })
  default = null
}

variable "cluster_name" {
  description = "EKS cluster that is watched, and in which the exporter runs."
  type        = string
  default     = null

  validation {
    condition     = var.cluster_name == null || can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "The cluster name must be 1 to 100 letters, digits, dashes and underscores."
  }
}

variable "key_arns" {
  description = "KMS keys that are watched, by purpose: somebody schedules their deletion, or disables them. Needs a trail in the account."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for arn in values(var.key_arns) : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", arn))])
    error_message = "Each key must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "break_glass" {
  description = "The role for emergencies, and the log group of the audit trail in which its use is seen. Null: it is not watched."
  type        = object({ role_arn = string, log_group = string })
  default     = null

  validation {
    condition     = var.break_glass == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.break_glass.role_arn))
    error_message = "The role for emergencies must be the ARN of an IAM role."
  }

  validation {
    condition     = var.break_glass == null || can(regex("^[0-9A-Za-z._/#-]{1,512}$", var.break_glass.log_group))
    error_message = "The log group of the audit trail must be a name that CloudWatch Logs takes."
  }
}

variable "exporter" {
  description = "Service account of the CloudWatch exporter in the cluster. Null: no role for it."
  type = object({
    namespace       = optional(string, "monitoring")
    service_account = optional(string, "cloudwatch-exporter")
  })
  default = null

  validation {
    condition     = var.exporter == null || alltrue([for name in try([var.exporter.namespace, var.exporter.service_account], [""]) : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "Namespace and service account must be names that Kubernetes takes."
  }
}

variable "budgets" {
  description = "Monthly budgets by name, in US dollars, seen through a tag. `thresholds` are percentages; a forecast above 100 % is told too."
  type = map(object({
    monthly_usd = number
    tag         = optional(object({ key = string, value = string }))
    emails      = optional(list(string), [])
    thresholds  = optional(list(number), [80, 100])
  }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.budgets) : can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", name))])
    error_message = "Names of budgets must be 2 to 32 lower-case letters, digits and dashes."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : budget.monthly_usd > 0])
    error_message = "A budget must be above 0 US dollars."
  }

  validation {
    condition     = alltrue([for budget in values(var.budgets) : length(budget.thresholds) >= 1 && length(budget.thresholds) <= 4 && alltrue([for threshold in budget.thresholds : threshold > 0 && threshold <= 1000])])
    error_message = "A budget has 1 to 4 thresholds, each above 0 and at most 1000 percent."
  }

  validation {
    condition     = alltrue(flatten([for budget in values(var.budgets) : [for email in budget.emails : can(regex("^[^@\\s]+@[^@\\s]+[.][^@\\s]+$", email))]]))
    error_message = "Each address of a budget must be one of e-mail, such as finance@example.com."
  }
}

variable "cost_allocation_tags" {
  description = "Tags by which costs can be told apart. Only the account that pays may switch them on, and only once billing has seen them."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for tag in var.cost_allocation_tags : length(tag) > 0 && length(tag) <= 128])
    error_message = "Each cost allocation tag must be a tag name of 1 to 128 characters."
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
