variable "platform" {
  description = "Name of the platform."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.platform)) && !strcontains(var.platform, "--")
    error_message = "The platform name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "environment" {
  description = "Name of the environment, or \"shared\" for what environments share."
  type        = string
  default     = "shared"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.environment)) && !strcontains(var.environment, "--")
    error_message = "The environment name must be 2 to 32 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash."
  }
}

variable "zones" {
  description = "Hosted zones by domain. certificate: one for the domain and all names one level below it. parent: domain of this map, or parent_zone_id: id of another zone, that points to the zone. wait_for_certificate: the domain already leads here, so wait until the certificate is issued."
  type = map(object({
    certificate          = optional(bool, true)
    parent               = optional(string)
    parent_zone_id       = optional(string)
    wait_for_certificate = optional(bool, false)
  }))

  validation {
    condition     = alltrue([for domain in keys(var.zones) : can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$", domain)) && length(domain) <= 253])
    error_message = "A zone must be a domain in lower-case letters, such as platform.example.com, without a dot at the end."
  }

  validation {
    condition     = alltrue([for zone in values(var.zones) : zone.parent == null || zone.parent_zone_id == null])
    error_message = "A zone has parent or parent_zone_id, not both."
  }

  validation {
    condition     = alltrue([for domain, zone in var.zones : zone.parent == null ? true : contains(keys(var.zones), zone.parent) && endswith(domain, ".${zone.parent}")])
    error_message = "The parent of a zone must be another zone of this map, and the zone must lie below it."
  }

  validation {
    condition     = alltrue([for zone in values(var.zones) : zone.parent_zone_id == null ? true : can(regex("^Z[A-Z0-9]{1,31}$", zone.parent_zone_id))])
    error_message = "parent_zone_id must be the id of a hosted zone, such as Z0123456789ABCDEFGHIJ."
  }

  validation {
    condition     = alltrue([for zone in values(var.zones) : zone.certificate || !zone.wait_for_certificate])
    error_message = "A zone without a certificate has none to wait for."
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
