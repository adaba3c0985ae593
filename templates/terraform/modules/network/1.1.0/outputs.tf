output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Address range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "zones" {
  description = "Availability zones in use."
  value       = aws_subnet.private[*].availability_zone
}

output "public_subnet_ids" {
  description = "Subnets for internet-facing load balancers and NAT gateways, one for each zone."
  value       = aws_subnet.public[*].id
}

output "private_subnet_ids" {
  description = "Subnets for nodes and internal load balancers, one for each zone."
  value       = aws_subnet.private[*].id
}

output "database_subnet_ids" {
  description = "Subnets without a way to the internet, one for each zone."
  value       = aws_subnet.database[*].id
}

output "nat_addresses" {
  description = "Public addresses that traffic to the internet comes from."
  value       = aws_eip.nat[*].public_ip
}

output "flow_log_group" {
  description = "Name of the log group that holds the flow logs."
  value       = aws_cloudwatch_log_group.flow_logs.name
}

output "private_route_table_ids" {
  description = "Route tables of the private subnets, one for each zone."
  value       = aws_route_table.private[*].id
}

output "nat_gateway_ids" {
  description = "Ids of the NAT gateways."
  value       = aws_nat_gateway.this[*].id
}
