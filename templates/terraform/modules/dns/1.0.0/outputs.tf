output "zone_ids" {
  description = "Id of each hosted zone, by domain."
  value       = { for domain, zone in aws_route53_zone.this : domain => zone.zone_id }
}

output "zone_arns" {
  description = "ARN of each hosted zone, by domain."
  value       = { for domain, zone in aws_route53_zone.this : domain => zone.arn }
}

output "name_servers" {
  description = "Name servers of each hosted zone, by domain: what the parent domain has to name."
  value       = { for domain, zone in aws_route53_zone.this : domain => sort(zone.name_servers) }
}

output "certificate_arns" {
  description = "ARN of the certificate of each domain that has one."
  value       = { for domain, certificate in aws_acm_certificate.this : domain => certificate.arn }
}
