# The function's role: read A, write B, write its logs; with mirror_deletes list A and delete in B. Nothing else.

data "aws_iam_policy_document" "trust" {
  statement {
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "role" {
  statement {
    sid       = "ReadSource"
    effect    = "Allow"
    actions   = ["s3:GetObject"]
    resources = ["${local.bucket_arns["source"]}/${var.trigger.prefix}*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "WriteDestination"
    effect    = "Allow"
    actions   = ["s3:PutObject"]
    resources = ["${local.bucket_arns["destination"]}/${var.trigger.prefix}*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [local.account]
    }
  }

  statement {
    sid       = "WriteLogs"
    effect    = "Allow"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"]
  }

  # Only to who may list a bucket S3 says that an object is gone; to all others it says 403.
  dynamic "statement" {
    for_each = var.trigger.mirror_deletes ? [1] : []

    content {
      sid       = "SeeWhatIsGone"
      effect    = "Allow"
      actions   = ["s3:ListBucket"]
      resources = [local.bucket_arns["source"]]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceAccount"
        values   = [local.account]
      }
    }
  }

  dynamic "statement" {
    for_each = var.trigger.mirror_deletes ? [1] : []

    content {
      sid       = "RemoveFromDestination"
      effect    = "Allow"
      actions   = ["s3:DeleteObject"]
      resources = ["${local.bucket_arns["destination"]}/${var.trigger.prefix}*"]

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceAccount"
        values   = [local.account]
      }
    }
  }

  dynamic "statement" {
    for_each = { for role, bucket in local.buckets : role => bucket if bucket.encryption == "aws:kms" }

    content {
      sid       = "${title(statement.key)}Key"
      effect    = "Allow"
      actions   = statement.key == "source" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value.kms_key]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${split(":", statement.value.kms_key)[3]}.${local.domain}"]
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.buckets["source"].former_kms_keys) == 0 ? [] : [local.buckets["source"].former_kms_keys]

    content {
      sid       = "SourceFormerKeys"
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

  dynamic "statement" {
    for_each = var.function.on_failure == null ? [] : local.tells[split(":", var.function.on_failure)[2]]

    content {
      sid       = statement.value.sid
      effect    = "Allow"
      actions   = [statement.value.action]
      resources = ["${var.function.on_failure}${statement.value.suffix}"]
    }
  }
}

locals {
  # What Lambda needs to tell the destination of failures, by its service.
  tells = {
    sqs    = [{ sid = "TellOfFailures", action = "sqs:SendMessage", suffix = "" }]
    sns    = [{ sid = "TellOfFailures", action = "sns:Publish", suffix = "" }]
    events = [{ sid = "TellOfFailures", action = "events:PutEvents", suffix = "" }]
    s3 = [
      { sid = "TellOfFailures", action = "s3:PutObject", suffix = "/*" },
      { sid = "FindFailures", action = "s3:ListBucket", suffix = "" },
    ]
  }
}

resource "aws_iam_role" "function" {
  name                 = local.function_name
  path                 = local.path
  description          = "Reads uploaded pictures and writes the clean ones (provisioner)"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary

  lifecycle {
    precondition {
      condition = (
        var.account == null || var.permissions_boundary == null ||
        try(contains(["aws", var.account], split(":", var.permissions_boundary)[4]), false)
      )
      error_message = "The boundary is a policy of another account; it must be of this one, or AWS's own."
    }
  }
}

resource "aws_iam_role_policy" "function" {
  name   = local.inline_policy
  role   = aws_iam_role.function.name
  policy = data.aws_iam_policy_document.role.json

  # No rights in a bucket that is not closed to the public yet, as for users.
  depends_on = [
    aws_cloudwatch_log_group.function,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_ownership_controls.this,
  ]
}

# Whatever is added by hand is taken away again.
resource "aws_iam_role_policies_exclusive" "function" {
  role_name    = aws_iam_role.function.name
  policy_names = [aws_iam_role_policy.function.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "function" {
  role_name   = aws_iam_role.function.name
  policy_arns = []
}
