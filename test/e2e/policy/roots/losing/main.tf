# The test writes a state in which the log group has another name, and a table exists that is no longer here.

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

resource "aws_cloudwatch_log_group" "renamed" {
  name       = "new"
  kms_key_id = "arn:aws:kms:eu-west-1:000000000000:key/1"

  tags = {
    "platform:name"        = "acme"
    "platform:environment" = "dev"
    "platform:managed-by"  = "platform"
    "platform:resource"    = "test/log-group"
  }
}
