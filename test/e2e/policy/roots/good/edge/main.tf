variable "cidr" {
  type = string
}

variable "port" {
  type = number
}

resource "aws_security_group" "load_balancer" {
  name = "edge"
  tags = { "platform:resource" = "edge/security-group" }
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.load_balancer.id
  cidr_ipv4         = var.cidr
  ip_protocol       = "tcp"
  from_port         = var.port
  to_port           = var.port
  tags              = { "platform:resource" = "edge/https" }
}
