# Alarms of the AWS parts. What runs in the cluster is watched from the cluster; this tells of what the cluster cannot see.

locals {
  balancer  = var.load_balancer == null ? {} : { "edge" = var.load_balancer }
  web_acl   = var.web_acl == null ? {} : { "waf" = var.web_acl }
  cluster   = var.cluster_name == null ? {} : { "cluster" = var.cluster_name }
  databases = var.databases == null ? { instances = {}, storage = {}, tables = {}, caches = {} } : var.databases

  nat_alarms = merge([for index in range(length(var.nat_gateway_ids)) : {
    "nat-${index}-ports" = {
      description = "NAT gateway ${index} has no port left for a connection."
      namespace   = "AWS/NATGateway", metric = "ErrorPortAllocation", statistic = "Sum"
      dimensions  = { NatGatewayId = var.nat_gateway_ids[index] }
      period      = 300, periods = 1, above = 0, missing = "notBreaching"
    }
    "nat-${index}-drops" = {
      description = "NAT gateway ${index} drops packets."
      namespace   = "AWS/NATGateway", metric = "PacketsDropCount", statistic = "Sum"
      dimensions  = { NatGatewayId = var.nat_gateway_ids[index] }
      period      = 300, periods = 3, above = 100, missing = "notBreaching"
    }
  }]...)

  edge_alarms = merge([for name, balancer in local.balancer : merge({
    "edge-5xx" = {
      description = "The load balancer answers with errors of its own (5xx): it has no healthy target, or targets do not answer."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", statistic = "Sum"
      dimensions  = { LoadBalancer = balancer.arn_suffix }
      period      = 60, periods = 5, above = 10, missing = "notBreaching"
    }
    "edge-target-5xx" = {
      description = "Applications behind the load balancer answer with errors (5xx)."
      namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum"
      dimensions  = { LoadBalancer = balancer.arn_suffix }
      period      = 60, periods = 5, above = 50, missing = "notBreaching"
    }
    }, {
    for group, suffix in balancer.target_groups : "edge-unhealthy-${group}" => {
      description = "Target group ${group} has targets that fail their health check."
      namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum"
      dimensions  = { LoadBalancer = balancer.arn_suffix, TargetGroup = suffix }
      period      = 60, periods = 5, above = 0, missing = "notBreaching"
    }
  })]...)

  waf_alarms = { for name, acl in local.web_acl : "waf-blocked" => {
    description = "The web ACL refuses many requests: an attack, or a rule that is too strict."
    namespace   = "AWS/WAFV2", metric = "BlockedRequests", statistic = "Sum"
    dimensions  = { WebACL = acl.name, Region = data.aws_region.current.id, Rule = "ALL" }
    period      = 300, periods = 2, above = 1000, missing = "notBreaching"
  } }

  database_alarms = merge(
    { for name, id in local.databases.instances : "database-${replace(name, "/", "-")}-cpu" => {
      description = "Database ${name} has used most of its processor for a while."
      namespace   = "AWS/RDS", metric = "CPUUtilization", statistic = "Average"
      dimensions  = { DBInstanceIdentifier = id }
      period      = 300, periods = 3, above = 85, missing = "missing"
    } },
    { for name, id in local.databases.storage : "database-${name}-storage" => {
      description = "Database ${name} has less than 5 GiB of storage left."
      namespace   = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum"
      dimensions  = { DBInstanceIdentifier = id }
      period      = 300, periods = 1, below = 5368709120, missing = "missing"
    } },
    # ThrottledRequests has numbers for each operation only, and none for a table.
    merge([for name, table in local.databases.tables : {
      for kind, metric in { reads = "ReadThrottleEvents", writes = "WriteThrottleEvents" } : "database-${name}-throttled-${kind}" => {
        description               = "Table ${name} turns ${kind} away."
        namespace                 = "AWS/DynamoDB", metric = metric, statistic = "Sum"
        dimensions                = { TableName = table }
        period                    = 300, periods = 2, above = 10, missing = "notBreaching"
      }
    }]...),
    { for name, id in local.databases.caches : "database-${replace(name, "/", "-")}-memory" => {
      description = "Cache ${name} has used most of its memory."
      namespace   = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", statistic = "Maximum"
      dimensions  = { CacheClusterId = id }
      period      = 300, periods = 3, above = 85, missing = "missing"
    } },
  )

  # Metrics that EKS sends by itself, without an agent (Amazon EKS User Guide, "Fetch control plane raw metrics").
  cluster_alarms = merge([for _, cluster in local.cluster : {
    "cluster-api-errors" = {
      description = "The Kubernetes API answers with errors (5xx)."
      namespace   = "AWS/EKS", metric = "apiserver_request_total_5XX", statistic = "Sum"
      dimensions  = { ClusterName = cluster }
      period      = 300, periods = 3, above = 50, missing = "notBreaching"
    }
    "cluster-pending-pods" = {
      description = "Pods find no node for half an hour."
      namespace   = "AWS/EKS", metric = "scheduler_pending_pods_UNSCHEDULABLE", statistic = "Minimum"
      dimensions  = { ClusterName = cluster }
      period      = 300, periods = 6, above = 0, missing = "notBreaching"
    }
    "cluster-storage" = {
      description = "The storage of the Kubernetes API is nearly full: at 8 GiB it takes no writes any more."
      namespace   = "AWS/EKS", metric = "apiserver_storage_size_bytes", statistic = "Maximum"
      dimensions  = { ClusterName = cluster }
      period      = 300, periods = 1, above = 6442450944, missing = "notBreaching"
    }
  }]...)

  break_glass_alarms = var.break_glass == null ? {} : {
    "break-glass" = {
      description = "Somebody takes or uses the role for emergencies, or tries to. The audit trail says who, where from, and what was done."
      namespace   = local.use_namespace, metric = local.use_metric, statistic = "Sum"
      dimensions  = {}
      period      = 60, periods = 1, above = 0, missing = "notBreaching"
    }
  }

  alarms = { for key, alarm in merge(local.nat_alarms, local.edge_alarms, local.waf_alarms, local.database_alarms, local.cluster_alarms, local.break_glass_alarms) :
    key => alarm if var.alarms
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.dimensions
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = try(each.value.below, each.value.above)
  treat_missing_data  = each.value.missing
  alarm_actions       = aws_sns_topic.alerts[*].arn
  ok_actions          = aws_sns_topic.alerts[*].arn

  tags = merge(var.tags, {
    "Name"              = "${local.name}-${each.key}"
    "platform:resource" = "observability/alarm/${each.key}"
  })
}

locals {
  # Names of rules end at 64 characters: a long name keeps its start and gets a digest.
  rule_prefix = length(local.name) <= 59 ? local.name : "${trimsuffix(substr(local.name, 0, 50), "-")}-${substr(sha256(local.name), 0, 8)}"
}

# CloudWatch has no metric for a key that waits for its deletion. The call that starts it is an event, if the account has a trail.
resource "aws_cloudwatch_event_rule" "keys" {
  count = var.alarms && length(var.key_arns) > 0 ? 1 : 0

  name        = "${local.rule_prefix}-keys"
  description = "Somebody schedules the deletion of a key of ${local.name}, or disables one."

  event_pattern = jsonencode({
    source      = ["aws.kms"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["kms.amazonaws.com"]
      eventName   = ["DisableKey", "ScheduleKeyDeletion"]
      resources   = { ARN = values(var.key_arns) }
    }
  })

  tags = merge(var.tags, {
    "Name"              = "${local.rule_prefix}-keys"
    "platform:resource" = "observability/event-rule/keys"
  })
}

resource "aws_cloudwatch_event_target" "keys" {
  count = length(aws_cloudwatch_event_rule.keys)

  rule      = aws_cloudwatch_event_rule.keys[0].name
  target_id = "alerts"
  arn       = aws_sns_topic.alerts[0].arn
}
