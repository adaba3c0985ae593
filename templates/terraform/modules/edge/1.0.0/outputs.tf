output "load_balancer_arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "load_balancer_arn_suffix" {
  description = "Part of the ARN by which CloudWatch names the load balancer."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "Name that DNS records point to."
  value       = aws_lb.this.dns_name
}

output "zone_id" {
  description = "Hosted zone of the load balancer, for alias records."
  value       = aws_lb.this.zone_id
}

output "security_group_id" {
  description = "Security group of the load balancer."
  value       = aws_security_group.this.id
}

output "target_group_arns" {
  description = "ARN of each target group, by name: clusters bind to it with a TargetGroupBinding."
  value       = { for name, group in aws_lb_target_group.this : name => group.arn }
}

output "target_group_arn_suffixes" {
  description = "Part of each ARN by which CloudWatch names the target group, by name."
  value       = { for name, group in aws_lb_target_group.this : name => group.arn_suffix }
}

output "access_log_bucket" {
  description = "Name of the bucket with the access logs."
  value       = aws_s3_bucket.logs.id
}

output "web_acl_arn" {
  description = "ARN of the web ACL. Null without one."
  value       = one(aws_wafv2_web_acl.this[*].arn)
}

output "web_acl_name" {
  description = "Name of the web ACL. Null without one."
  value       = one(aws_wafv2_web_acl.this[*].name)
}

output "waf_log_group" {
  description = "Name of the log group of the web ACL. Null without one."
  value       = one(aws_cloudwatch_log_group.waf[*].name)
}
