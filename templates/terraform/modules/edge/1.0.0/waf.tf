locals {
  # Rule groups of AWS, in the order in which they look at a request. The sum of their capacities stays below the
  # 1500 units that a web ACL has without extra cost: 25 + 700 + 200 + 200, and four for our own rules.
  managed_rules = var.waf == null ? {} : {
    "AWSManagedRulesAmazonIpReputationList" = 10
    "AWSManagedRulesCommonRuleSet"          = 30
    "AWSManagedRulesKnownBadInputsRuleSet"  = 40
    "AWSManagedRulesSQLiRuleSet"            = 50
  }

  waf_count  = var.waf == null ? 0 : 1
  counts     = var.waf == null ? true : var.waf.mode == "count"
  block_list = var.waf == null ? [] : var.waf.block_cidrs
  allow_list = var.waf == null ? [] : var.waf.allow_cidrs

  # What a request may carry that lets others in.
  secret_headers = ["authorization", "cookie", "proxy-authorization", "x-amz-security-token", "x-api-key", "x-auth-token"]

  ip_sets = { for name, cidrs in { allow = local.allow_list, block = local.block_list } : name => cidrs if var.waf != null }
}

# Made even when empty: a first address is then a change of the set, which works at once, and not of the rules.
resource "aws_wafv2_ip_set" "this" {
  for_each = local.ip_sets

  name               = "${local.name}-${each.key}"
  description        = each.key == "allow" ? "Passes without being looked at." : "Is refused."
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = each.value

  tags = merge(var.tags, {
    "Name"              = "${local.name}-${each.key}"
    "platform:resource" = "edge/ip-set/${each.key}"
  })
}

# Without samples of requests: what the log redacts would stand in them (AWS WAF Developer Guide, "Logging AWS WAF web ACL traffic").
# The log tells which rules a request matched.
resource "aws_wafv2_web_acl" "this" {
  count = local.waf_count

  name        = "${local.name}-edge"
  description = "Looks at every request to the load balancer of ${local.name}."
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  # What was blocked by hand stays blocked, also while the other rules only count.
  rule {
    name     = "block-list"
    priority = 0

    action {
      block {}
    }

    statement {
      ip_set_reference_statement {
        arn = aws_wafv2_ip_set.this["block"].arn
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "block-list"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "allow-list"
    priority = 1

    action {
      allow {}
    }

    statement {
      ip_set_reference_statement {
        arn = aws_wafv2_ip_set.this["allow"].arn
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "allow-list"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "rate-limit"
    priority = 2

    action {
      dynamic "block" {
        for_each = local.counts ? [] : ["block"]
        content {}
      }

      dynamic "count" {
        for_each = local.counts ? ["count"] : []
        content {}
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.waf.rate_limit
        aggregate_key_type    = "IP"
        evaluation_window_sec = 300
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate-limit"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = local.managed_rules

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        dynamic "none" {
          for_each = local.counts ? [] : ["none"]
          content {}
        }

        dynamic "count" {
          for_each = local.counts ? ["count"] : []
          content {}
        }
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = lookup(var.waf.counted_rules, rule.key, [])

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.key
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "${local.name}-edge"
    sampled_requests_enabled   = false
  }

  tags = merge(var.tags, {
    "Name"              = "${local.name}-edge"
    "platform:resource" = "edge/web-acl"
  })
}

resource "aws_wafv2_web_acl_association" "this" {
  count = local.waf_count

  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this[0].arn
}

# WAF writes only to log groups whose names start like this.
resource "aws_cloudwatch_log_group" "waf" {
  count = local.waf_count

  name              = "aws-waf-logs-${local.name}"
  retention_in_days = var.waf.log_retention_days
  kms_key_id        = var.log_kms_key_arn

  tags = merge(var.tags, {
    "Name"              = "aws-waf-logs-${local.name}"
    "platform:resource" = "edge/log-group/waf"
  })
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  count = local.waf_count

  resource_arn            = aws_wafv2_web_acl.this[0].arn
  log_destination_configs = [aws_cloudwatch_log_group.waf[0].arn]

  # Whoever reads the logs must not be able to take over a session.
  dynamic "redacted_fields" {
    for_each = local.secret_headers

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }
}
