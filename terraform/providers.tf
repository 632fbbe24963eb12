# Endpoint, credentials, region and trusted authorities come from the standard
# environment: AWS_ENDPOINT_URL, AWS_PROFILE, AWS_REGION, AWS_CA_BUNDLE, ...
provider "aws" {
  region              = var.region
  allowed_account_ids = var.account == null ? null : [var.account]
  s3_use_path_style   = var.s3_use_path_style

  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
