output "peering_id" {
  description = "Id of the peering connection."
  value       = aws_vpc_peering_connection.this.id
}

output "management_route_table_ids" {
  description = "Route tables of the management network that lead here."
  value       = data.aws_route_tables.management.ids
}
