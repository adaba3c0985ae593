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

variable "cidr" {
  description = "IPv4 address range of the VPC, /16 to /20."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "The address range must be an IPv4 range such as 10.0.0.0/16, without host bits."
  }

  validation {
    condition     = contains(["16", "17", "18", "19", "20"], try(split("/", var.cidr)[1], ""))
    error_message = "The address range must be a /16 to a /20."
  }
}

variable "zone_count" {
  description = "Number of availability zones."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.zone_count)
    error_message = "zone_count must be 2 or 3: EKS needs two zones, and the address layout has room for three."
  }
}

variable "nat" {
  description = "\"single\": one NAT gateway for all zones. \"per-zone\": one in each, so that the loss of a zone stays there."
  type        = string
  default     = "single"

  validation {
    condition     = contains(["single", "per-zone"], var.nat)
    error_message = "nat must be \"single\" or \"per-zone\"."
  }
}

variable "interface_endpoints" {
  description = "AWS services reached without leaving the VPC, by the last part of the endpoint's name, such as \"ecr.api\"."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9][a-z0-9.-]*$", service))])
    error_message = "Each interface endpoint must be the name of a service such as \"ecr.api\"."
  }

  validation {
    condition     = length(setintersection(var.interface_endpoints, ["dynamodb", "s3"])) == 0
    error_message = "S3 and DynamoDB already have gateway endpoints."
  }
}

variable "cluster_names" {
  description = "EKS clusters that use the subnets. Written as tags for load balancer controllers."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.cluster_names : can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", name))])
    error_message = "Each cluster name must be 1 to 100 letters, digits, dashes and underscores."
  }
}

variable "flow_log_retention_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_log_retention_days)
    error_message = "flow_log_retention_days must be a retention that CloudWatch Logs has, such as 7, 30, 90 or 365."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key that encrypts the flow logs. Null: the key of CloudWatch Logs."
  type        = string
  default     = null

  validation {
    condition     = var.log_kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.log_kms_key_arn))
    error_message = "log_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
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
