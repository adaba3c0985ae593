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

variable "vpc_id" {
  description = "VPC of this environment."
  type        = string

  validation {
    condition     = can(regex("^vpc-[0-9a-z]+$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC."
  }
}

variable "cidr" {
  description = "IPv4 address range of this environment's VPC."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr)) && try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)
    error_message = "The address range must be an IPv4 range such as 10.1.0.0/16, without host bits."
  }
}

variable "route_table_ids" {
  description = "Route tables of this environment's private subnets."
  type        = list(string)

  validation {
    condition     = length(var.route_table_ids) > 0
    error_message = "Name at least one route table."
  }
}

variable "cluster_security_group_id" {
  description = "Security group of the control plane: the management network may reach the Kubernetes API through it."
  type        = string

  validation {
    condition     = can(regex("^sg-[0-9a-z]+$", var.cluster_security_group_id))
    error_message = "cluster_security_group_id must be the id of a security group."
  }
}

variable "management" {
  description = "The management network: its VPC, address range, account and region."
  type = object({
    vpc_id     = string
    cidr       = string
    account_id = string
    region     = string
  })

  validation {
    condition     = can(regex("^vpc-[0-9a-z]+$", var.management.vpc_id))
    error_message = "The management VPC must be the id of a VPC."
  }

  validation {
    condition     = can(cidrnetmask(var.management.cidr)) && try(cidrsubnet(var.management.cidr, 0, 0) == var.management.cidr, false)
    error_message = "The address range of the management network must be an IPv4 range such as 10.0.0.0/16, without host bits."
  }

  validation {
    condition     = can(regex("^[0-9]{12}$", var.management.account_id))
    error_message = "The account of the management network must be the 12 digits of an AWS account."
  }

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.management.region))
    error_message = "The region of the management network must be an AWS Region such as eu-west-1."
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
