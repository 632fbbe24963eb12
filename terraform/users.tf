# Who may do what: the objects of one bucket, and to list them.

locals {
  user_actions = {
    "read-write" = [
      "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts",
    ]
    "read-only"  = ["s3:GetObject"]
    "write-only" = ["s3:PutObject", "s3:AbortMultipartUpload"]
  }
}

data "aws_iam_policy_document" "user" {
  for_each = local.users

  statement {
    sid       = "Objects"
    effect    = "Allow"
    actions   = local.user_actions[each.value.access]
    resources = ["${local.bucket_arns[each.value.bucket]}/${each.value.prefix}*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }
  }

  dynamic "statement" {
    for_each = each.value.access == "write-only" ? [] : ["List"]

    content {
      sid       = statement.value
      effect    = "Allow"
      actions   = ["s3:ListBucket"]
      resources = [local.bucket_arns[each.value.bucket]]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceAccount"
        values   = [local.account]
      }

      dynamic "condition" {
        for_each = each.value.prefix == "" ? [] : ["${each.value.prefix}*"]

        content {
          test     = "StringLike"
          variable = "s3:prefix"
          values   = [condition.value]
        }
      }
    }
  }

  dynamic "statement" {
    for_each = local.buckets[each.value.bucket].encryption == "aws:kms" ? [local.buckets[each.value.bucket].kms_key] : []

    content {
      sid       = "${title(each.value.bucket)}Key"
      effect    = "Allow"
      actions   = each.value.access == "read-only" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${split(":", statement.value)[3]}.${local.domain}"]
      }
    }
  }

  dynamic "statement" {
    for_each = (
      each.value.access == "write-only" || length(local.buckets[each.value.bucket].former_kms_keys) == 0
      ? [] : [local.buckets[each.value.bucket].former_kms_keys]
    )

    content {
      sid       = "${title(each.value.bucket)}FormerKeys"
      effect    = "Allow"
      actions   = ["kms:Decrypt"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${split(":", statement.value[0])[3]}.${local.domain}"]
      }
    }
  }
}

resource "aws_iam_user" "this" {
  # checkov:skip=CKV_AWS_273:The stack is about IAM users of programs that cannot sign in; `users = []` makes none.
  for_each = local.iam_users

  name                 = "${var.stack}-${each.key}"
  path                 = local.path
  permissions_boundary = var.permissions_boundary
  force_destroy        = var.force_destroy

  lifecycle {
    precondition {
      condition     = length("${var.stack}-${each.key}") <= 64
      error_message = "A name in IAM has at most 64 characters, and this one is ${var.stack}-${each.key}."
    }
  }
}

resource "aws_iam_user_policy" "this" {
  # checkov:skip=CKV_AWS_40:Each user has rights of its own that no other shares, so a group would have one member.
  for_each = local.iam_users

  name   = local.inline_policy
  user   = aws_iam_user.this[each.key].name
  policy = data.aws_iam_policy_document.user[each.key].json

  # Nobody gets rights in a bucket that is not closed to the public yet.
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_ownership_controls.this,
  ]
}

# Whatever is added by hand is taken away again.
resource "aws_iam_user_policies_exclusive" "this" {
  for_each = local.iam_users

  user_name    = aws_iam_user.this[each.key].name
  policy_names = [aws_iam_user_policy.this[each.key].name]
}

resource "aws_iam_user_policy_attachments_exclusive" "this" {
  for_each = local.iam_users

  user_name   = aws_iam_user.this[each.key].name
  policy_arns = []
}

# Only when asked for: the secrets are then in Terraform's state.
resource "aws_iam_access_key" "this" {
  for_each = var.create_access_keys ? local.iam_users : {}

  user = aws_iam_user.this[each.key].name
}
