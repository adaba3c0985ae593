# The only security group of an environment that may be open to the world.
resource "aws_security_group" "this" {
  name        = "${local.name}-edge"
  description = "Load balancer at the edge: who may reach it, and nothing but its targets."
  vpc_id      = var.vpc_id

  tags = merge(var.tags, {
    "Name"              = "${local.name}-edge"
    "platform:resource" = "edge/security-group"
  })
}

locals {
  open_ports = local.has_tls ? toset(["80", "443"]) : toset(["80"])
  entries    = { for pair in setproduct(local.open_ports, var.allowed_cidrs) : "${pair[0]}/${pair[1]}" => { port = tonumber(pair[0]), cidr = pair[1] } }
  # A set: two target groups may share a port, and AWS refuses the same rule twice.
  target_ports = toset([for group in values(var.target_groups) : tostring(group.port)])
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = local.entries

  security_group_id = aws_security_group.this.id
  description       = "Clients of the load balancer."
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port

  tags = merge(var.tags, {
    "Name"              = "${local.name}-edge-clients"
    "platform:resource" = "edge/security-group-rule/clients/${each.key}"
  })
}

resource "aws_vpc_security_group_egress_rule" "targets" {
  for_each = local.target_ports

  security_group_id            = aws_security_group.this.id
  description                  = "From the load balancer to the pods."
  referenced_security_group_id = var.target_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.key)
  to_port                      = tonumber(each.key)

  tags = merge(var.tags, {
    "Name"              = "${local.name}-edge-to-targets"
    "platform:resource" = "edge/security-group-rule/to-targets/${each.key}"
  })
}

resource "aws_vpc_security_group_ingress_rule" "targets" {
  for_each = local.target_ports

  security_group_id            = var.target_security_group_id
  description                  = "From the load balancer at the edge."
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = tonumber(each.key)
  to_port                      = tonumber(each.key)

  tags = merge(var.tags, {
    "Name"              = "${local.name}-targets-from-edge"
    "platform:resource" = "edge/security-group-rule/from-edge/${each.key}"
  })
}
