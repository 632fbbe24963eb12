# Made before the function, so that its role needs no right to make log groups.
resource "aws_cloudwatch_log_group" "function" {
  # checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts with a key of its own; the function logs keys of objects and counts, no content.
  # checkov:skip=CKV_AWS_338:How long is the user's decision (`function.log_retention_days`); keys of objects can be personal data, which speaks for short.
  name              = local.log_group
  retention_in_days = var.function.log_retention_days
}
