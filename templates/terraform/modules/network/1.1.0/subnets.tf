resource "aws_subnet" "public" {
  count = var.zone_count

  vpc_id            = aws_vpc.this.id
  cidr_block        = local.public_cidrs[count.index]
  availability_zone = local.zones[count.index]

  # NAT gateways and load balancers bring their own addresses; nothing else belongs here.
  map_public_ip_on_launch = false

  tags = merge(var.tags, local.cluster_tags, {
    "Name"                   = "${local.name}-public-${count.index}"
    "kubernetes.io/role/elb" = "1"
    "platform:resource"      = "network/subnet/public/${count.index}"
  })

  lifecycle {
    # A zone that AWS opens later must not move, and so replace, what exists.
    ignore_changes = [availability_zone]
  }
}

resource "aws_subnet" "private" {
  count = var.zone_count

  vpc_id            = aws_vpc.this.id
  cidr_block        = local.private_cidrs[count.index]
  availability_zone = local.zones[count.index]

  tags = merge(var.tags, local.cluster_tags, {
    "Name"                            = "${local.name}-private-${count.index}"
    "kubernetes.io/role/internal-elb" = "1"
    "platform:resource"               = "network/subnet/private/${count.index}"
  })

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_subnet" "database" {
  count = var.zone_count

  vpc_id            = aws_vpc.this.id
  cidr_block        = local.database_cidrs[count.index]
  availability_zone = local.zones[count.index]

  tags = merge(var.tags, {
    "Name"              = "${local.name}-database-${count.index}"
    "platform:resource" = "network/subnet/database/${count.index}"
  })

  lifecycle {
    ignore_changes = [availability_zone]
  }
}
