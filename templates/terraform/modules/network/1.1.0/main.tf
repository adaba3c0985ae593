# A VPC over several zones. Addresses are laid out so that a zone can be added without moving a subnet:
# three quarters of the range for pods and nodes (one for each zone), the last quarter for public and database subnets.

data "aws_region" "current" {}

data "aws_availability_zones" "this" {
  # EKS has no control plane there (Amazon EKS User Guide, "Subnet requirements for clusters"). Zones are named by their ids:
  # the same name is another zone in another account.
  exclude_zone_ids = ["cac1-az3", "use1-az3", "usw1-az2"]

  # Leaves out local and wavelength zones, where EKS has no control plane.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  name  = "${var.platform}-${var.environment}"
  zones = slice(sort(data.aws_availability_zones.this.names), 0, var.zone_count)

  shared_quarter   = cidrsubnet(var.cidr, 2, 3)
  private_cidrs    = [for index in range(var.zone_count) : cidrsubnet(var.cidr, 2, index)]
  public_cidrs     = [for index in range(var.zone_count) : cidrsubnet(local.shared_quarter, 3, index)]
  database_cidrs   = [for index in range(var.zone_count) : cidrsubnet(local.shared_quarter, 3, index + 4)]
  nat_count        = var.nat == "per-zone" ? var.zone_count : 1
  cluster_tags     = { for cluster in var.cluster_names : "kubernetes.io/cluster/${cluster}" => "shared" }
  route_table_ids  = concat([aws_route_table.public.id], aws_route_table.private[*].id, [aws_route_table.database.id])
  gateway_services = toset(["dynamodb", "s3"])
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = merge(var.tags, {
    "Name"              = local.name
    "platform:resource" = "network/vpc"
  })
}

# Adopted only to be emptied: nothing may be reachable because somebody forgot to name a security group.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, {
    "Name"              = "${local.name}-default-closed"
    "platform:resource" = "network/security-group/default"
  })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, {
    "Name"              = local.name
    "platform:resource" = "network/internet-gateway"
  })
}
