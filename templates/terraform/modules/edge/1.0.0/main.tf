# The way in: one load balancer, whose target groups stay when the cluster behind them is replaced.
# Clusters bind their pods to a target group by its ARN (TargetGroupBinding of the AWS Load Balancer Controller).

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  name = "${var.platform}-${var.environment}"
  # Names of load balancers and target groups end at 32 characters: a long name keeps its start and gets a digest.
  balancer_name = length(local.name) <= 27 ? "${local.name}-edge" : "${trimsuffix(substr(local.name, 0, 18), "-")}-${substr(sha256(local.name), 0, 8)}-edge"
  target_names = { for group in keys(var.target_groups) :
    group => length("${local.name}-${group}") <= 32 ? "${local.name}-${group}" : "${trimsuffix(substr("${local.name}-${group}", 0, 23), "-")}-${substr(sha256("${local.name}-${group}"), 0, 8)}"
  }

  has_tls = length(var.certificate_arns) > 0
  # Weights are of no use where there is one group, and AWS refuses a listener whose weights are all zero.
  forwards = local.has_tls || var.plain_http
}

resource "aws_lb" "this" {
  name               = local.balancer_name
  load_balancer_type = "application"
  internal           = var.internal
  subnets            = var.subnet_ids
  security_groups    = [aws_security_group.this.id]

  enable_deletion_protection = var.protection
  drop_invalid_header_fields = true
  # "defensive" is the strictest mode that still lets every well-formed request through.
  desync_mitigation_mode = "defensive"
  # Without an answer of the web ACL nothing passes.
  enable_waf_fail_open = false

  access_logs {
    enabled = true
    bucket  = aws_s3_bucket.logs.id
  }

  tags = merge(var.tags, {
    "Name"              = local.balancer_name
    "platform:resource" = "edge/load-balancer"
  })

  # AWS writes a test object when the access logs are switched on.
  depends_on = [
    aws_s3_bucket_ownership_controls.logs,
    aws_s3_bucket_policy.logs,
    aws_s3_bucket_server_side_encryption_configuration.logs,
  ]
}

resource "aws_lb_target_group" "this" {
  for_each = var.target_groups

  name        = local.target_names[each.key]
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = each.value.protocol
  port        = each.value.port

  deregistration_delay          = each.value.deregistration_seconds
  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    protocol            = each.value.protocol
    port                = "traffic-port"
    path                = each.value.health_path
    matcher             = "200-299"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = merge(var.tags, {
    "Name"              = local.target_names[each.key]
    "platform:resource" = "edge/target-group/${each.key}"
  })

  lifecycle {
    # So that a group that goes is let go of by the listener first: AWS deletes none that is in use.
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "https" {
  count = local.has_tls ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.tls_policy
  certificate_arn   = var.certificate_arns[0]

  default_action {
    type = "forward"

    forward {
      dynamic "target_group" {
        for_each = var.target_groups

        content {
          arn    = aws_lb_target_group.this[target_group.key].arn
          weight = target_group.value.weight
        }
      }
    }
  }

  tags = merge(var.tags, {
    "Name"              = "${local.balancer_name}-https"
    "platform:resource" = "edge/listener/https"
  })
}

# The load balancer chooses among them by the name that the client asks for.
resource "aws_lb_listener_certificate" "more" {
  for_each = toset(length(var.certificate_arns) > 1 ? slice(var.certificate_arns, 1, length(var.certificate_arns)) : [])

  listener_arn    = aws_lb_listener.https[0].arn
  certificate_arn = each.key
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  dynamic "default_action" {
    for_each = local.has_tls ? ["redirect"] : []

    content {
      type = "redirect"

      redirect {
        protocol    = "HTTPS"
        port        = "443"
        status_code = "HTTP_301"
      }
    }
  }

  dynamic "default_action" {
    for_each = !local.has_tls && var.plain_http ? ["forward"] : []

    content {
      type = "forward"

      forward {
        dynamic "target_group" {
          for_each = var.target_groups

          content {
            arn    = aws_lb_target_group.this[target_group.key].arn
            weight = target_group.value.weight
          }
        }
      }
    }
  }

  # Until there is a certificate nothing travels in plain text.
  dynamic "default_action" {
    for_each = local.forwards ? [] : ["fixed-response"]

    content {
      type = "fixed-response"

      fixed_response {
        content_type = "text/plain"
        message_body = "No certificate yet."
        status_code  = "503"
      }
    }
  }

  tags = merge(var.tags, {
    "Name"              = "${local.balancer_name}-http"
    "platform:resource" = "edge/listener/http"
  })
}
