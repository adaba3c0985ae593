locals {
  # One graph for each alarm, with its threshold as a line, three in a row.
  widgets = [for index, key in sort(keys(local.alarms)) : {
    type   = "metric"
    x      = 8 * (index % 3)
    y      = 6 * floor(index / 3)
    width  = 8
    height = 6
    properties = {
      title   = key
      region  = local.region
      view    = "timeSeries"
      stat    = local.alarms[key].statistic
      period  = local.alarms[key].period
      metrics = [concat([local.alarms[key].namespace, local.alarms[key].metric], flatten([for name, value in local.alarms[key].dimensions : [name, value]]))]
      annotations = {
        horizontal = [{ label = "alarm", value = try(local.alarms[key].below, local.alarms[key].above) }]
      }
    }
  }]
}

# CloudWatch dashboards have no tags.
resource "aws_cloudwatch_dashboard" "this" {
  count = length(local.alarms) > 0 ? 1 : 0

  dashboard_name = local.name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
