locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  domain    = data.aws_partition.current.dns_suffix
  region    = data.aws_region.current.name

  # The tag is how provisioner knows what belongs to a stack.
  tags = merge(var.tags, { "provisioner:stack" = var.stack })

  path          = "/provisioner/${var.stack}/"
  inline_policy = "provisioner-${var.stack}"
  function_name = "${var.stack}-sanitizer"

  buckets = {
    for role, bucket in { source = var.source_bucket, destination = var.destination_bucket } :
    role => {
      name = replace(replace(replace(bucket.bucket,
        "{stack}", var.stack),
        "{account}", local.account),
      "{region}", local.region)
      versioning = bucket.versioning
      encryption = bucket.encryption
      kms_key    = bucket.kms_key

      former_kms_keys = bucket.former_kms_keys

      expire_days          = bucket.expire_days
      noncurrent_days      = bucket.noncurrent_days == "never" ? null : tonumber(bucket.noncurrent_days)
      abort_multipart_days = bucket.abort_multipart_days == "never" ? null : tonumber(bucket.abort_multipart_days)
    }
  }

  # From the names, and not the attributes of the resources: whatever changes on
  # those, Terraform would not know the policies before the apply.
  bucket_arns   = { for role, bucket in local.buckets : role => "arn:${local.partition}:s3:::${bucket.name}" }
  log_group     = "/aws/lambda/${local.function_name}"
  log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_group}"

  users     = { for user in var.users : user.name => user }
  iam_users = { for name, user in local.users : name => user if user.kind == "user" }
  roles     = { for name, user in local.users : name => user if user.kind == "role" }

  # Whom SAML assertions for signing in are made for.
  saml_audience = lookup({
    aws-cn     = "https://signin.amazonaws.cn/saml"
    aws-us-gov = "https://signin.amazonaws-us-gov.com/saml"
  }, local.partition, "https://signin.aws.amazon.com/saml")
}
