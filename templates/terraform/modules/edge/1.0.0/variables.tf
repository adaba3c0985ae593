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
  description = "Whether the load balancer is protected against being deleted."
  type        = bool
  default     = false
}

variable "vpc_id" {
  description = "VPC of the load balancer and its targets."
  type        = string

  validation {
    condition     = can(regex("^vpc-[0-9a-z]+$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC."
  }
}

variable "subnet_ids" {
  description = "Subnets of the load balancer in two zones or more: public ones when it faces the internet, private ones otherwise."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "A load balancer needs subnets in at least two zones."
  }
}

variable "internal" {
  description = "Whether the load balancer is reached from inside the network only."
  type        = bool
  default     = false
}

variable "allowed_cidrs" {
  description = "IPv4 address ranges that may reach the load balancer."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr)) && try(cidrsubnet(cidr, 0, 0) == cidr, false)])
    error_message = "Name at least one range; each must be an IPv4 range such as 203.0.113.0/24, without host bits."
  }
}

variable "certificate_arns" {
  description = "ACM certificates; the first is the default. Empty: no HTTPS, and plain HTTP only with plain_http."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.certificate_arns : can(regex("^arn:aws[a-z-]*:(acm:[a-z0-9-]+:\\d{12}:certificate|iam::\\d{12}:server-certificate)/", arn))])
    error_message = "Each certificate must be the ARN of a certificate in ACM."
  }

  validation {
    condition     = length(distinct(var.certificate_arns)) == length(var.certificate_arns)
    error_message = "A certificate is named twice."
  }
}

variable "plain_http" {
  description = "Whether requests are forwarded without TLS where there is no certificate. Without it they are answered with 503."
  type        = bool
  default     = false
}

variable "tls_policy" {
  description = "Security policy of the HTTPS listener: which versions of TLS and ciphers it speaks. At least TLS 1.2."
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  validation {
    condition     = can(regex("^ELBSecurityPolicy-TLS13-1-[23]-", var.tls_policy))
    error_message = "tls_policy must be a policy with TLS 1.3, and 1.2 at the lowest, such as ELBSecurityPolicy-TLS13-1-2-2021-06."
  }
}

variable "target_security_group_id" {
  description = "Security group of the pods and nodes behind the load balancer: it is opened to the load balancer on the ports of the target groups."
  type        = string

  validation {
    condition     = can(regex("^sg-[0-9a-z]+$", var.target_security_group_id))
    error_message = "target_security_group_id must be the id of a security group."
  }
}

variable "target_groups" {
  description = "Target groups by name, and the share of the requests (weight) that each gets. Move the weight from one to the other to replace a cluster."
  type = map(object({
    port                   = number
    protocol               = optional(string, "HTTP")
    weight                 = optional(number, 100)
    health_path            = optional(string, "/healthz")
    deregistration_seconds = optional(number, 60)
  }))

  validation {
    condition     = length(var.target_groups) >= 1 && length(var.target_groups) <= 5
    error_message = "Name 1 to 5 target groups: a listener forwards to no more."
  }

  validation {
    condition     = alltrue([for name in keys(var.target_groups) : can(regex("^[a-z][a-z0-9-]{0,14}[a-z0-9]$", name))])
    error_message = "Names of target groups must be 2 to 16 lower-case letters, digits and dashes, starting with a letter and not ending with a dash."
  }

  validation {
    condition     = alltrue([for group in values(var.target_groups) : group.port >= 1 && group.port <= 65535 && floor(group.port) == group.port])
    error_message = "The port of a target group must be a whole number from 1 to 65535."
  }

  validation {
    condition     = alltrue([for group in values(var.target_groups) : contains(["HTTP", "HTTPS"], group.protocol)])
    error_message = "The protocol of a target group must be \"HTTP\" or \"HTTPS\"."
  }

  validation {
    condition     = alltrue([for group in values(var.target_groups) : group.weight >= 0 && group.weight <= 999 && floor(group.weight) == group.weight])
    error_message = "The weight of a target group must be a whole number from 0 to 999."
  }

  validation {
    condition     = anytrue([for group in values(var.target_groups) : group.weight > 0])
    error_message = "At least one target group must have a weight above 0."
  }

  validation {
    condition     = alltrue([for group in values(var.target_groups) : can(regex("^/[!-~]*$", group.health_path)) && length(group.health_path) <= 1024])
    error_message = "The health path of a target group must start with a slash and have no spaces."
  }

  validation {
    condition     = alltrue([for group in values(var.target_groups) : group.deregistration_seconds >= 0 && group.deregistration_seconds <= 3600])
    error_message = "deregistration_seconds must be from 0 to 3600."
  }
}

variable "access_log_retention_days" {
  description = "Days that access logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = var.access_log_retention_days >= 1 && var.access_log_retention_days <= 3653 && floor(var.access_log_retention_days) == var.access_log_retention_days
    error_message = "access_log_retention_days must be a whole number from 1 to 3653."
  }
}

variable "waf" {
  description = "The web ACL. Null: none. Mode \"count\" only counts what \"block\" refuses; the block list always blocks. `counted_rules`: rules that only count, by rule group."
  type = object({
    mode               = optional(string, "count")
    rate_limit         = optional(number, 2000)
    allow_cidrs        = optional(list(string), [])
    block_cidrs        = optional(list(string), [])
    counted_rules      = optional(map(list(string)), {})
    log_retention_days = optional(number, 30)
  })
  default = null

  validation {
    condition     = var.waf == null || contains(["count", "block"], try(var.waf.mode, ""))
    error_message = "The mode of the web ACL must be \"count\" or \"block\"."
  }

  validation {
    condition     = var.waf == null || (try(var.waf.rate_limit, 0) >= 10 && try(var.waf.rate_limit, 0) <= 2000000000)
    error_message = "rate_limit must be from 10 to 2000000000 requests of one address in five minutes."
  }

  validation {
    condition     = var.waf == null || alltrue([for cidr in try(concat(var.waf.allow_cidrs, var.waf.block_cidrs), []) : can(cidrnetmask(cidr)) && try(cidrsubnet(cidr, 0, 0) == cidr, false) && !endswith(cidr, "/0")])
    error_message = "Each address in the lists must be an IPv4 range such as 203.0.113.7/32, without host bits and smaller than /0."
  }

  validation {
    condition = var.waf == null || alltrue([for group in try(keys(var.waf.counted_rules), []) : contains([
      "AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet",
      "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet",
    ], group)])
    error_message = "counted_rules must name rule groups that the web ACL uses."
  }

  validation {
    condition     = var.waf == null || contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], try(var.waf.log_retention_days, 0))
    error_message = "log_retention_days must be a number of days that CloudWatch Logs offers, such as 30 or 365."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key that encrypts the log group of the web ACL."
  type        = string
  default     = null

  validation {
    condition     = var.log_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.log_kms_key_arn))
    error_message = "log_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
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
