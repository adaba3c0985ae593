# Prometheus reads CloudWatch through an exporter in the cluster (YACE, "yet another CloudWatch exporter"): its role, and its
# configuration as an output. Without permissions on anything but metrics and tags.

locals {
  exporter_count = var.exporter == null ? 0 : 1

  search_tags = [
    { key = "platform:name", value = "^${var.platform}$" },
    { key = "platform:environment", value = "^${var.environment}$" },
  ]

  discovered = {
    "AWS/ApplicationELB" = { Sum = ["RequestCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count"], Average = ["TargetResponseTime"], Maximum = ["UnHealthyHostCount"] }
    "AWS/DynamoDB"       = { Sum = ["ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors", "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] }
    "AWS/ElastiCache"    = { Maximum = ["DatabaseMemoryUsagePercentage", "EngineCPUUtilization"], Sum = ["Evictions"] }
    "AWS/NATGateway"     = { Sum = ["ErrorPortAllocation", "PacketsDropCount", "BytesOutToDestination"] }
    "AWS/RDS"            = { Average = ["CPUUtilization", "DatabaseConnections"], Minimum = ["FreeStorageSpace", "FreeableMemory"], Maximum = ["ReplicaLag", "AuroraReplicaLag"] }
    "AWS/WAFV2"          = { Sum = ["AllowedRequests", "BlockedRequests", "CountedRequests"] }
  }

  # What has no tags that could be searched, by the dimensions that its metrics must have. CodePipeline tells of pipelines of type V2 only,
  # charges are in one region, and what the trail tells of keys and emergencies is where the account is watched.
  others = merge({
    pipelines           = { namespace = "AWS/CodePipeline", region = local.region, dimensions = ["PipelineName"], metrics = { Sum = ["FailedPipelineExecutions"], Average = ["PipelineDuration"] } }
    builds              = { namespace = "AWS/CodeBuild", region = local.region, dimensions = ["ProjectName"], metrics = { Sum = ["Builds", "FailedBuilds"], Average = ["Duration", "QueuedDuration"] } }
    charges             = { namespace = "AWS/Billing", region = "us-east-1", dimensions = ["Currency"], metrics = { Maximum = ["EstimatedCharges"] } }
    charges-of-services = { namespace = "AWS/Billing", region = "us-east-1", dimensions = ["ServiceName", "Currency"], metrics = { Maximum = ["EstimatedCharges"] } }
    }, {
    for scope in distinct([var.environment, "shared"]) :
    "trail-${scope}" => { namespace = "platform/${var.platform}/${scope}", region = local.region, dimensions = [], metrics = { Sum = [local.use_metric, "KeyDeletions", "KeyDenials"] } }
  })

  # The form of YACE's own file: https://github.com/prometheus-community/yet-another-cloudwatch-exporter/blob/master/docs/configuration.md
  exporter_configuration = {
    apiVersion = "v1alpha1"
    sts-region = local.region
    discovery = {
      exportedTagsOnMetrics = { for namespace in keys(local.discovered) : namespace => ["platform:environment", "platform:resource"] }
      jobs = [for namespace, metrics in local.discovered : {
        type       = namespace
        regions    = [local.region]
        searchTags = local.search_tags
        period     = 300
        length     = 300
        metrics    = flatten([for statistic, names in metrics : [for name in names : { name = name, statistics = [statistic], nilToZero = statistic == "Sum" }]])
      }]
    }
    static = [for cluster in var.cluster_name == null ? [] : [var.cluster_name] : {
      name       = cluster
      namespace  = "AWS/EKS"
      regions    = [local.region]
      dimensions = [{ name = "ClusterName", value = cluster }]
      metrics = [for metric, statistic in {
        "apiserver_request_total_5XX"          = "Sum"
        "apiserver_storage_size_bytes"         = "Maximum"
        "scheduler_pending_pods_UNSCHEDULABLE" = "Maximum"
      } : { name = metric, statistics = [statistic], period = 300, length = 300 }]
    }]
    customNamespace = [for name, job in local.others : {
      name                      = name
      namespace                 = job.namespace
      regions                   = [job.region]
      dimensionNameRequirements = job.dimensions
      # Charges come every six hours.
      metrics = flatten([for statistic, names in job.metrics : [for metric in names : {
        name   = metric, statistics = [statistic], nilToZero = statistic == "Sum"
        period = job.namespace == "AWS/Billing" ? 21600 : 300, length = job.namespace == "AWS/Billing" ? 43200 : 300
      }]])
    }]
  }
}

data "aws_iam_policy_document" "exporter_trust" {
  count = local.exporter_count

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "Service"
      identifiers = ["pods.eks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

data "aws_iam_policy_document" "exporter" {
  count = local.exporter_count

  # None of these can be narrowed to a resource.
  statement {
    sid       = "ReadMetricsAndTags"
    actions   = ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics", "tag:GetResources"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "exporter" {
  count = local.exporter_count

  name               = "${local.role_prefix}-metrics"
  path               = "/platform/${var.platform}/${var.environment}/"
  description        = "Lets the CloudWatch exporter of ${local.name} read metrics."
  assume_role_policy = data.aws_iam_policy_document.exporter_trust[0].json

  tags = merge(var.tags, {
    "Name"              = "${local.role_prefix}-metrics"
    "platform:resource" = "observability/role/exporter"
  })
}

resource "aws_iam_role_policy" "exporter" {
  count = local.exporter_count

  name   = "read-metrics"
  role   = aws_iam_role.exporter[0].id
  policy = data.aws_iam_policy_document.exporter[0].json
}

resource "aws_eks_pod_identity_association" "exporter" {
  count = local.exporter_count

  cluster_name    = var.cluster_name
  namespace       = var.exporter.namespace
  service_account = var.exporter.service_account
  role_arn        = aws_iam_role.exporter[0].arn

  tags = merge(var.tags, {
    "Name"              = "${local.name}-exporter"
    "platform:resource" = "observability/pod-identity/exporter"
  })
}
