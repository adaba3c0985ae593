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

variable "name" {
  description = "Name of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.name))
    error_message = "The cluster name must be 1 to 100 letters, digits, dashes and underscores."
  }
}

variable "role" {
  description = "\"management\": watches over all other clusters. \"workload\": runs applications. Written as a tag."
  type        = string
  default     = "workload"

  validation {
    condition     = contains(["management", "workload"], var.role)
    error_message = "role must be \"management\" or \"workload\"."
  }
}

variable "protection" {
  description = "Whether the environment is protected against being destroyed. Written as a tag; the protection itself is set through the EKS API."
  type        = bool
  default     = false
}

variable "kubernetes_version" {
  description = "Kubernetes minor version, such as \"1.35\"."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "kubernetes_version must be a minor version such as \"1.35\"."
  }
}

variable "authentication_mode" {
  description = "\"API\": access entries only. \"API_AND_CONFIG_MAP\": the aws-auth ConfigMap too."
  type        = string
  default     = "API"

  validation {
    condition     = contains(["API", "API_AND_CONFIG_MAP"], var.authentication_mode)
    error_message = "authentication_mode must be \"API\" or \"API_AND_CONFIG_MAP\"."
  }
}

variable "subnet_ids" {
  description = "Private subnets for nodes and the control plane's interfaces, in two zones or more."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "EKS needs subnets in at least two zones."
  }
}

variable "public_access_cidrs" {
  description = "IPv4 address ranges that may reach the public endpoint. Empty: private endpoint only."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrnetmask(cidr)) && try(cidrsubnet(cidr, 0, 0) == cidr, false)])
    error_message = "Each range must be an IPv4 range such as 203.0.113.0/24, without host bits."
  }
}

variable "administrators" {
  description = "ARNs of IAM roles and users that administer the cluster. Each gets an access entry; nobody else has one."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.administrators : can(regex("^arn:aws[a-z-]*:iam::\\d{12}:(role|user)/", arn))])
    error_message = "Each administrator must be the ARN of an IAM role or user."
  }
}

variable "secrets_kms_key_arn" {
  description = "KMS key that encrypts Kubernetes secrets."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.secrets_kms_key_arn))
    error_message = "secrets_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "data_kms_key_arn" {
  description = "KMS key of volumes and of the secrets that controllers read."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.data_kms_key_arn))
    error_message = "data_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key that encrypts the control plane's logs."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:key/", var.log_kms_key_arn))
    error_message = "log_kms_key_arn must be the ARN of a KMS key (an alias does not do)."
  }
}

variable "log_retention_days" {
  description = "Days that the control plane's logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a retention that CloudWatch Logs has, such as 7, 30, 90 or 365."
  }
}

variable "node_groups" {
  description = "Managed node groups by name. capacity is \"ON_DEMAND\" or \"SPOT\"; desired counts only when the group is created."
  type = map(object({
    instance_types = list(string)
    capacity       = optional(string, "ON_DEMAND")
    min            = number
    max            = number
    desired        = number
    disk_gib       = optional(number, 50)
    labels         = optional(map(string), {})
  }))

  validation {
    condition     = length(var.node_groups) > 0
    error_message = "At least one node group is needed: CoreDNS and every controller run on it."
  }

  validation {
    condition     = alltrue([for name in keys(var.node_groups) : can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,53}$", name))])
    error_message = "Each node group name must be 1 to 54 letters, digits, dashes and underscores."
  }

  validation {
    condition = alltrue([for group in values(var.node_groups) :
      length(group.instance_types) > 0 && alltrue([for type in group.instance_types : can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", type))])
    ])
    error_message = "Each node group needs instance types such as m7i.large."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : contains(["ON_DEMAND", "SPOT"], group.capacity)])
    error_message = "capacity must be \"ON_DEMAND\" or \"SPOT\"."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : group.min >= 0 && group.max >= 1 && group.min <= group.desired && group.desired <= group.max])
    error_message = "Each node group must have 0 <= min <= desired <= max and a max of at least 1."
  }

  validation {
    condition     = alltrue([for group in values(var.node_groups) : group.disk_gib >= 20 && group.disk_gib <= 16384])
    error_message = "disk_gib must be from 20 to 16384."
  }
}

variable "addon_versions" {
  description = "Versions of EKS add-ons by name. An add-on that is not named gets EKS's default when it is created, and keeps it."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.addon_versions), ["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"])) == 0
    error_message = "Add-ons are aws-ebs-csi-driver, coredns, eks-pod-identity-agent, kube-proxy and vpc-cni."
  }
}

variable "hosted_zone_arns" {
  description = "Route 53 zones that external-dns and cert-manager may change. Empty: all of the account."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.hosted_zone_arns : can(regex("^arn:aws[a-z-]*:route53:::hostedzone/", arn))])
    error_message = "Each zone must be the ARN of a Route 53 hosted zone."
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
