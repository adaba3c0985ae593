# Public hosted zones for the platform's own names, and a certificate for each: for the domain and for all names one level below it.

locals {
  certificates = toset([for domain, zone in var.zones : domain if zone.certificate])
  awaited      = toset([for domain, zone in var.zones : domain if zone.wait_for_certificate])
  delegated    = { for domain, zone in var.zones : domain => zone if zone.parent != null || zone.parent_zone_id != null }
}

resource "aws_route53_zone" "this" {
  for_each = var.zones

  name    = each.key
  comment = "${each.key} of ${var.platform}"

  tags = merge(var.tags, {
    "Name"              = each.key
    "platform:resource" = "dns/zone/${each.key}"
  })
}

resource "aws_route53_record" "delegation" {
  for_each = local.delegated

  zone_id = each.value.parent_zone_id != null ? each.value.parent_zone_id : aws_route53_zone.this[each.value.parent].zone_id
  name    = each.key
  type    = "NS"
  ttl     = 3600
  records = aws_route53_zone.this[each.key].name_servers
}

resource "aws_acm_certificate" "this" {
  for_each = local.certificates

  domain_name               = each.key
  subject_alternative_names = ["*.${each.key}"]
  validation_method         = "DNS"

  tags = merge(var.tags, {
    "Name"              = each.key
    "platform:resource" = "dns/certificate/${each.key}"
  })

  lifecycle {
    # A load balancer must never be without one.
    create_before_destroy = true
  }
}

# A domain and its wildcard are proven by the same record (AWS Certificate Manager User Guide, "DNS validation").
resource "aws_route53_record" "validation" {
  for_each = local.certificates

  zone_id = aws_route53_zone.this[each.key].zone_id
  name    = one([for option in aws_acm_certificate.this[each.key].domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type    = one([for option in aws_acm_certificate.this[each.key].domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records = [for option in aws_acm_certificate.this[each.key].domain_validation_options : option.resource_record_value if option.domain_name == each.key]
  ttl     = 300

  # The record of a renewed certificate is the same one.
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  for_each = local.awaited

  certificate_arn = aws_acm_certificate.this[each.key].arn

  depends_on = [aws_route53_record.delegation, aws_route53_record.validation]
}
