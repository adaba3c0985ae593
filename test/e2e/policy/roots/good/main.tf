# Everything that a rule looks at, as the rules want it. Planned only, never applied.

variable "protection" {
  type = bool
}

variable "environment" {
  type = string
}

variable "token" {
  type      = string
  sensitive = true
}

variable "edge" {
  type = object({ cidr = string, port = number })
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  default_tags {
    tags = {
      "platform:name"        = "acme"
      "platform:environment" = var.environment
      "platform:managed-by"  = "platform"
    }
  }
}

resource "aws_kms_key" "this" {
  tags = { "platform:resource" = "test/key" }
}

resource "aws_s3_bucket" "by_name" {
  bucket = "acme-by-name"
  tags   = { "platform:resource" = "test/by-name" }
}

resource "aws_s3_bucket_public_access_block" "by_name" {
  bucket                  = "acme-by-name"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "by_name" {
  bucket = "acme-by-name"

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_policy" "by_name" {
  bucket = "acme-by-name"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
      { Effect = "Allow", Principal = { AWS = "*" }, Action = "s3:GetObject", Resource = "*", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1" } } },
      { Effect = "Allow", Principal = { Service = "delivery.logs.amazonaws.com" }, Action = "s3:PutObject", Resource = "*" },
    ]
  })
}

# As modules write it: the bucket's id is known only after the apply, and there is one block for each bucket.
resource "aws_s3_bucket" "each" {
  for_each      = toset(["a.b", "c"])
  bucket_prefix = "acme-${each.key}"
  tags          = { "platform:resource" = "test/each/${each.key}" }
}

resource "aws_s3_bucket_public_access_block" "each" {
  for_each                = aws_s3_bucket.each
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "each" {
  for_each = toset(["a.b", "c"])
  bucket   = aws_s3_bucket.each[each.key].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

module "edge" {
  source = "./edge"
  count  = 1
  cidr   = var.edge.cidr
  port   = var.edge.port
}

resource "aws_security_group" "internal" {
  name = "internal"
  tags = { "platform:resource" = "test/internal" }

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8"]
  }

  # Outwards, everything may be open.
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_ebs_volume" "this" {
  availability_zone = "eu-west-1a"
  size              = 1
  encrypted         = true
  tags              = { "platform:resource" = "test/volume" }
}

resource "aws_launch_template" "this" {
  tags = { "platform:resource" = "test/launch-template" }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted = true
    }
  }
}

resource "aws_db_instance" "this" {
  instance_class              = "db.t4g.micro"
  engine                      = "postgres"
  allocated_storage           = 20
  username                    = "admin_user"
  manage_master_user_password = true
  storage_encrypted           = true
  deletion_protection         = true
  final_snapshot_identifier   = "last"
  tags                        = { "platform:resource" = "test/database", "hidden" = var.token }
}

resource "aws_rds_cluster" "this" {
  engine                      = "aurora-postgresql"
  master_username             = "admin_user"
  manage_master_user_password = true
  storage_encrypted           = true
  kms_key_id                  = aws_kms_key.this.arn
  deletion_protection         = true
  final_snapshot_identifier   = "last"
  tags                        = { "platform:resource" = "test/cluster" }
}

resource "aws_dynamodb_table" "this" {
  name                        = "acme"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true
  tags                        = { "platform:resource" = "test/table" }

  attribute {
    name = "id"
    type = "S"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = "acme"
  description                = "acme"
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  tags                       = { "platform:resource" = "test/cache" }
}

resource "aws_sns_topic" "this" {
  kms_master_key_id = aws_kms_key.this.id
  tags              = { "platform:resource" = "test/topic" }
}

resource "aws_sqs_queue" "this" {
  sqs_managed_sse_enabled = true
  tags                    = { "platform:resource" = "test/queue" }
}

resource "aws_kinesis_stream" "this" {
  name            = "acme"
  shard_count     = 1
  encryption_type = "KMS"
  kms_key_id      = aws_kms_key.this.id
  tags            = { "platform:resource" = "test/stream" }
}

resource "aws_cloudwatch_log_group" "this" {
  name       = "acme"
  kms_key_id = aws_kms_key.this.arn
  tags       = { "platform:resource" = "test/log-group" }
}

resource "aws_ecr_repository" "this" {
  name = "acme"
  tags = { "platform:resource" = "test/repository" }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }
}

resource "aws_eks_cluster" "this" {
  name     = "acme"
  role_arn = "arn:aws:iam::000000000000:role/cluster"
  tags     = { "platform:resource" = "test/eks" }

  vpc_config {
    subnet_ids = ["subnet-1", "subnet-2"]
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = aws_kms_key.this.arn
    }
  }
}

resource "aws_ebs_snapshot_copy" "this" {
  source_region      = "eu-west-1"
  source_snapshot_id = "snap-1"
  encrypted          = true
  tags               = { "platform:resource" = "test/snapshot" }
}

resource "aws_lb" "this" {
  name                       = "acme"
  internal                   = true
  subnets                    = ["subnet-1", "subnet-2"]
  enable_deletion_protection = true
  tags                       = { "platform:resource" = "test/load-balancer" }
}
