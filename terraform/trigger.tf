# S3 may start the function for bucket A of this account, and nobody else may.
resource "aws_lambda_permission" "s3" {
  statement_id   = "provisioner-${var.stack}-s3"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.sanitizer.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.this["source"].arn
  source_account = local.account
}

# The bucket's whole notification document: unlike provisioner, Terraform
# removes the entries of others.
resource "aws_s3_bucket_notification" "source" {
  bucket = aws_s3_bucket.this["source"].id

  # One entry for each suffix, since S3 allows one in a filter. A map, because
  # both tools have to write the entries in the same order.
  dynamic "lambda_function" {
    for_each = { for suffix in var.trigger.suffixes : "provisioner-${var.stack}-${replace(suffix, "/^[.]+/", "")}" => suffix }

    content {
      id                  = lambda_function.key
      lambda_function_arn = aws_lambda_function.sanitizer.arn
      events              = concat(["s3:ObjectCreated:*"], var.trigger.mirror_deletes ? ["s3:ObjectRemoved:*"] : [])
      filter_prefix       = var.trigger.prefix == "" ? null : var.trigger.prefix
      filter_suffix       = lambda_function.value
    }
  }

  lifecycle {
    precondition {
      condition     = alltrue([for suffix in var.trigger.suffixes : length("provisioner-${var.stack}-${replace(suffix, "/^[.]+/", "")}") <= 255])
      error_message = "The id of a suffix's entry, provisioner-<stack>-<suffix>, has at most 255 characters."
    }
  }

  # The first event may come at once, so everything it needs must be there.
  depends_on = [
    aws_lambda_permission.s3,
    aws_iam_role_policy.function,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
    aws_s3_bucket_lifecycle_configuration.this,
  ]
}
