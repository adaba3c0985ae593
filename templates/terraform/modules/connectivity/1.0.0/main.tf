# A peering between the network of this environment and the management network, so that the management cluster reaches the private
# endpoint of this environment's cluster. Traffic stays inside AWS and is open in one direction: from management to here.

locals {
  name = "${var.platform}-${var.environment}"
  # Both ends carry the same tags: inside one account they are one and the same object.
  peering_tags = merge(var.tags, {
    "Name"              = "${local.name}-management"
    "platform:resource" = "connectivity/peering"
  })
}

data "aws_region" "current" {}

# Found by the tags that the network module puts on them, so that the management environment needs no output for it.
data "aws_route_tables" "management" {
  provider = aws.management

  vpc_id = var.management.vpc_id

  filter {
    name   = "tag:platform:resource"
    values = [for index in range(3) : "network/route-table/private/${index}"]
  }
}

resource "aws_vpc_peering_connection" "this" {
  vpc_id        = var.vpc_id
  peer_vpc_id   = var.management.vpc_id
  peer_owner_id = var.management.account_id
  # In the same region it goes without saying, and where one is named AWS wants another one.
  peer_region = var.management.region == data.aws_region.current.id ? null : var.management.region
  auto_accept = false

  tags = local.peering_tags

  lifecycle {
    precondition {
      condition     = var.management.vpc_id != var.vpc_id
      error_message = "A network cannot be peered with itself: the management VPC must be another one."
    }
  }
}

resource "aws_vpc_peering_connection_accepter" "management" {
  provider = aws.management

  vpc_peering_connection_id = aws_vpc_peering_connection.this.id
  auto_accept               = true

  tags = local.peering_tags
}

# With these the name of a private endpoint is an address inside the other network. Only an accepted peering takes them.
resource "aws_vpc_peering_connection_options" "requester" {
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.management.id

  requester {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_vpc_peering_connection_options" "accepter" {
  provider = aws.management

  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.management.id

  accepter {
    allow_remote_vpc_dns_resolution = true
  }

  # Both set options of the same connection, and AWS takes one change at a time.
  depends_on = [aws_vpc_peering_connection_options.requester]
}

resource "aws_route" "to_management" {
  count = length(var.route_table_ids)

  route_table_id            = var.route_table_ids[count.index]
  destination_cidr_block    = var.management.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.management.id
}

resource "aws_route" "from_management" {
  for_each = toset(data.aws_route_tables.management.ids)
  provider = aws.management

  route_table_id            = each.key
  destination_cidr_block    = var.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.management.id
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  security_group_id = var.cluster_security_group_id
  description       = "Kubernetes API, from the management network."
  cidr_ipv4         = var.management.cidr
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = merge(var.tags, {
    "Name"              = "${local.name}-api-from-management"
    "platform:resource" = "connectivity/security-group-rule/api"
  })
}
