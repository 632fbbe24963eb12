# Users that are roles: the same rights and no keys. Those whom they trust assume them.

data "aws_iam_policy_document" "user_trust" {
  for_each = local.roles

  dynamic "statement" {
    for_each = each.value.trust

    content {
      effect = "Allow"
      actions = [
        statement.value.provider == null ? "sts:AssumeRole" :
        can(regex(":oidc-provider/", statement.value.provider)) ? "sts:AssumeRoleWithWebIdentity" : "sts:AssumeRoleWithSAML"
      ]

      principals {
        type = statement.value.provider == null ? "AWS" : "Federated"
        identifiers = [
          statement.value.provider != null ? statement.value.provider :
          startswith(statement.value.principal, "arn:") ? statement.value.principal :
          "arn:${local.partition}:iam::${statement.value.principal}:root"
        ]
      }

      dynamic "condition" {
        for_each = statement.value.external_id == null ? [] : [statement.value.external_id]

        content {
          test     = "StringEquals"
          variable = "sts:ExternalId"
          values   = [condition.value]
        }
      }

      # An OpenID Connect provider's condition keys begin with its address.
      dynamic "condition" {
        for_each = can(regex(":oidc-provider/", statement.value.provider)) ? { aud = statement.value.audience, sub = statement.value.subject } : {}

        content {
          test     = condition.key == "sub" && can(regex("[*?]", condition.value)) ? "StringLike" : "StringEquals"
          variable = "${split(":oidc-provider/", statement.value.provider)[1]}:${condition.key}"
          values   = [condition.value]
        }
      }

      dynamic "condition" {
        for_each = can(regex(":saml-provider/", statement.value.provider)) ? [coalesce(statement.value.audience, local.saml_audience)] : []

        content {
          test     = "StringEquals"
          variable = "SAML:aud"
          values   = [condition.value]
        }
      }
    }
  }
}

resource "aws_iam_role" "user" {
  for_each = local.roles

  name                 = "${var.stack}-${each.key}"
  path                 = local.path
  description          = "Has ${each.value.access} access to the ${each.value.bucket} bucket (provisioner)"
  assume_role_policy   = data.aws_iam_policy_document.user_trust[each.key].json
  permissions_boundary = var.permissions_boundary

  lifecycle {
    precondition {
      condition     = length("${var.stack}-${each.key}") <= 64
      error_message = "A name in IAM has at most 64 characters, and this one is ${var.stack}-${each.key}."
    }
  }
}

resource "aws_iam_role_policy" "user" {
  for_each = local.roles

  name   = local.inline_policy
  role   = aws_iam_role.user[each.key].name
  policy = data.aws_iam_policy_document.user[each.key].json

  # Nobody gets rights in a bucket that is not closed to the public yet.
  depends_on = [
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_ownership_controls.this,
  ]
}

# Whatever is added by hand is taken away again.
resource "aws_iam_role_policies_exclusive" "user" {
  for_each = local.roles

  role_name    = aws_iam_role.user[each.key].name
  policy_names = [aws_iam_role_policy.user[each.key].name]
}

resource "aws_iam_role_policy_attachments_exclusive" "user" {
  for_each = local.roles

  role_name   = aws_iam_role.user[each.key].name
  policy_arns = []
}
