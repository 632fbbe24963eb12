# null when there is no package: `terraform destroy` needs none.
locals {
  package_hash = try(filebase64sha256(var.function_package), null)
  # In one order, whatever the list's is.
  rights = [for right in ["copyright", "creator", "credit", "license"] : right if contains(var.function.keep, right)]
}

resource "aws_lambda_function" "sanitizer" {
  # checkov:skip=CKV_AWS_50:Tracing is a cost and a second place with keys of objects; the function logs one line per picture.
  # checkov:skip=CKV_AWS_115:`function.reserved_concurrency` sets it; by default the account's pool is shared, so that the stack takes nothing from others.
  # checkov:skip=CKV_AWS_116:A picture that fails stays in the source bucket and can be cleaned again from there; nothing is lost without a queue.
  # checkov:skip=CKV_AWS_117:It talks to S3 and CloudWatch Logs alone; a VPC would add a way out that it does not have now.
  # checkov:skip=CKV_AWS_173:The variables are bucket names and settings; Lambda encrypts them at rest with a key of its own.
  # checkov:skip=CKV_AWS_272:Code signing needs a signing profile of the account; the hash of the package is compared at every plan.
  function_name = local.function_name
  description   = "Removes the metadata from uploaded pictures (provisioner)"
  role          = aws_iam_role.function.arn

  filename         = var.function_package
  source_code_hash = local.package_hash
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.function.architecture]

  memory_size                    = var.function.memory
  timeout                        = var.function.timeout
  reserved_concurrent_executions = coalesce(var.function.reserved_concurrency, -1)

  environment {
    variables = merge(var.function.environment, {
      SOURCE_BUCKET      = aws_s3_bucket.this["source"].id
      DESTINATION_BUCKET = aws_s3_bucket.this["destination"].id
      KEEP_USER_METADATA = tostring(var.function.keep_user_metadata)
      ORIENTATION        = var.function.orientation
      ICC                = var.function.icc
      GAIN_MAPS          = var.function.gain_maps
      HIDDEN_PIXELS      = var.function.hidden_pixels
      MAX_MEGAPIXELS     = tostring(var.function.max_megapixels)
      MIRROR_DELETES     = tostring(var.trigger.mirror_deletes)
      KEEP               = length(local.rights) == 0 ? "none" : join(",", local.rights)
    })
  }

  # Without the group Lambda would make one that keeps logs for ever; without
  # its policy the first events would fail.
  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.function]

  lifecycle {
    # Lambda lets the role decrypt the variables by a grant to its principal, which a role that was made again is not.
    replace_triggered_by = [aws_iam_role.function.unique_id]

    # Not a validation of the variable, which `terraform destroy` would have to pass, too.
    precondition {
      condition     = local.package_hash != null
      error_message = "There is no ${var.function_package}: run `provisioner package`, or set function_package."
    }
  }
}

# Without one Lambda tries twice more within six hours and tells nobody, which is our default, too.
resource "aws_lambda_function_event_invoke_config" "sanitizer" {
  count = (
    var.function.on_failure == null && var.function.max_event_age == 21600 && var.function.retries == 2 ? 0 : 1
  )

  function_name                = aws_lambda_function.sanitizer.function_name
  maximum_event_age_in_seconds = var.function.max_event_age
  maximum_retry_attempts       = var.function.retries

  dynamic "destination_config" {
    for_each = var.function.on_failure == null ? [] : [var.function.on_failure]

    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }

  # Lambda refuses a destination that the role may not tell.
  depends_on = [aws_iam_role_policy.function]
}

# The provider compares the package with that of its own last apply, and not with
# the code that runs. This does: a plan warns when somebody has changed the code.
check "function_code" {
  assert {
    condition     = local.package_hash == null || aws_lambda_function.sanitizer.code_sha256 == local.package_hash
    error_message = "The code of ${local.function_name} is not that of ${var.function_package}."
  }
}
