# Bucket A (source: uploads) and bucket B (destination: clean pictures).

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_18:Access logs need a bucket of their own and an owner for it; CloudTrail data events do the same for the whole account.
  # checkov:skip=CKV_AWS_19:Both are encrypted, below; the check does not follow for_each to the value, which variables.tf limits to AES256 and aws:kms.
  # checkov:skip=CKV_AWS_144:Clean pictures can be made again from the source; a copy in another region is a decision about where data may be.
  # checkov:skip=CKV_AWS_145:SSE-S3 by default, SSE-KMS with `encryption = "aws:kms"` and a key of the user's.
  # checkov:skip=CKV2_AWS_62:The source has its notification in trigger.tf; nothing listens to the destination.
  for_each = local.buckets

  bucket        = each.value.name
  force_destroy = var.force_destroy

  lifecycle {
    # The function would be started by what it wrote itself, for ever.
    precondition {
      condition     = local.buckets["source"].name != local.buckets["destination"].name
      error_message = "source_bucket and destination_bucket are the same bucket: ${each.value.name}."
    }

    # Here and not in variables.tf, because only here are the placeholders filled in.
    precondition {
      condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", each.value.name))
      error_message = "${each.value.name} does not have 3 to 63 characters, or has a hyphen at its end."
    }

    precondition {
      condition = !can(regex(
        "^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|[.]mrap|--x-s3|--table-s3)$",
        each.value.name,
      ))
      error_message = "${each.value.name} begins or ends with what S3 keeps for itself."
    }

    # This provider cannot create such a bucket; one that `provisioner up` has made it imports.
    precondition {
      condition = (
        !endswith(each.value.name, "-an") ||
        endswith(each.value.name, "-${local.account}-${local.region}-an")
      )
      error_message = "${each.value.name} ends with -an, which S3 keeps for names that end with -{account}-{region}-an."
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.buckets

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    bucket_key_enabled = each.value.encryption == "aws:kms"

    apply_server_side_encryption_by_default {
      sse_algorithm     = each.value.encryption
      kms_master_key_id = each.value.kms_key
    }
  }

  lifecycle {
    precondition {
      condition = (
        var.region == null || each.value.kms_key == null ||
        try(split(":", each.value.kms_key)[3] == var.region, false)
      )
      error_message = "The key of the ${each.key} bucket is not in the stack's region, and S3 takes no other."
    }
  }
}

# Only for buckets that keep versions: taking the resource away suspends
# versioning, which is all that S3 allows once it was enabled.
resource "aws_s3_bucket_versioning" "this" {
  for_each = { for role, bucket in local.buckets : role => bucket if bucket.versioning }

  bucket = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

data "aws_iam_policy_document" "bucket" {
  for_each = local.buckets

  statement {
    sid     = "TlsOnly"
    effect  = "Deny"
    actions = ["s3:*"]
    resources = [
      local.bucket_arns[each.key],
      "${local.bucket_arns[each.key]}/*",
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id
  policy = data.aws_iam_policy_document.bucket[each.key].json

  # S3 refuses two changes of these at the same time.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = {
    for role, bucket in local.buckets : role => bucket
    if anytrue([for days in [bucket.expire_days, bucket.noncurrent_days, bucket.abort_multipart_days] : days != null])
  }

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "provisioner"
    status = "Enabled"

    filter {
      prefix = ""
    }

    dynamic "expiration" {
      for_each = each.value.expire_days[*]

      content {
        days = expiration.value
      }
    }

    dynamic "noncurrent_version_expiration" {
      for_each = each.value.noncurrent_days[*]

      content {
        noncurrent_days = noncurrent_version_expiration.value
      }
    }

    dynamic "abort_incomplete_multipart_upload" {
      for_each = each.value.abort_multipart_days[*]

      content {
        days_after_initiation = abort_incomplete_multipart_upload.value
      }
    }
  }

  # Kept without versioning, too: old versions would else stay for ever.
  depends_on = [aws_s3_bucket_versioning.this]
}
