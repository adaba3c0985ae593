output "arn" {
  description = "ARN of the trail."
  value       = aws_cloudtrail.this.arn
}

output "bucket" {
  description = "Name of the bucket with the records."
  value       = aws_s3_bucket.trail.id
}

output "key_arn" {
  description = "ARN of the key that encrypts the records."
  value       = aws_kms_key.this.arn
}

output "log_group" {
  description = "Name of the log group with the records."
  value       = aws_cloudwatch_log_group.this.name
}

output "workgroup" {
  description = "Athena workgroup for questions to the records."
  value       = aws_athena_workgroup.this.name
}

output "table" {
  description = "Database and table of the records in Athena."
  value       = "${aws_glue_catalog_database.this.name}.${aws_glue_catalog_table.this.name}"
}
