# Alarms on the function, when `alarms` is set: on Lambda's metrics, and on one that
# the function's log lines carry, since a picture that is refused is no failure.
locals {
  counted = { namespace = "AWS/Lambda", statistic = "Sum" }

  alarms = var.alarms == null ? {} : {
    "errors" = merge(local.counted, {
      metric      = "Errors"
      threshold   = var.alarms.errors
      description = "Pictures could not be cleaned (provisioner)"
    })
    "throttles" = merge(local.counted, {
      metric      = "Throttles"
      threshold   = var.alarms.throttles
      description = "Uploads wait, because too many are cleaned at once (provisioner)"
    })
    "dropped-events" = merge(local.counted, {
      metric      = "AsyncEventsDropped"
      threshold   = var.alarms.dropped
      description = "Uploads have no clean copy and will not get one by themselves (provisioner)"
    })
    "rejected" = merge(local.counted, {
      namespace   = "provisioner"
      metric      = "Rejected"
      threshold   = var.alarms.rejected
      description = "Pictures were refused and are not published (provisioner)"
    })
    "near-timeout" = merge(local.counted, {
      statistic   = "Maximum"
      metric      = "Duration"
      threshold   = var.alarms.near_timeout * var.function.timeout * 10 # percent of seconds, in milliseconds
      description = "Cleaning a picture takes almost as long as it may (provisioner)"
    })
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.function_name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = { FunctionName = local.function_name }
  statistic           = each.value.statistic
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
