output "source_bucket" {
  description = "Bucket A: where pictures are uploaded."
  value       = aws_s3_bucket.this["source"].id
}

output "destination_bucket" {
  description = "Bucket B: where the clean pictures appear, under the same keys."
  value       = aws_s3_bucket.this["destination"].id
}

output "function_arn" {
  description = "ARN of the function between them."
  value       = aws_lambda_function.sanitizer.arn
}

output "log_group" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.function.name
}

output "role_arn" {
  description = "ARN of the function's role."
  value       = aws_iam_role.function.arn
}

output "users" {
  description = "ARN of each user, by its name in the configuration; of a role that is what is assumed."
  value = merge(
    { for name, user in aws_iam_user.this : name => user.arn },
    { for name, role in aws_iam_role.user : name => role.arn },
  )
}

output "access_keys" {
  description = "Access key of each user, when `create_access_keys` asks for them."
  sensitive   = true
  value = {
    for name, key in aws_iam_access_key.this :
    name => { access_key_id = key.id, secret_access_key = key.secret }
  }
}
