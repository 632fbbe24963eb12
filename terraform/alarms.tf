# Alarms on the function, when `alarms` is set. S3 invokes it asynchronously and
# it has no queue or destination for failures, so what fails is in these three.
locals {
  alarms = var.alarms == null ? {} : {
    "errors" = {
      metric      = "Errors"
      threshold   = var.alarms.errors
      description = "Pictures could not be cleaned (provisioner)"
    }
    "throttles" = {
      metric      = "Throttles"
      threshold   = var.alarms.throttles
      description = "Uploads wait, because too many are cleaned at once (provisioner)"
    }
    "dropped-events" = {
      metric      = "AsyncEventsDropped"
      threshold   = var.alarms.dropped
      description = "Uploads have no clean copy and will not get one by themselves (provisioner)"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.function_name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = { FunctionName = local.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarms.actions

  lifecycle {
    precondition {
      condition = alltrue([
        for topic in var.alarms.actions : var.region == null || split(":", topic)[3] == var.region
      ])
      error_message = "An alarm can tell only topics of the stack's region."
    }
  }
}
