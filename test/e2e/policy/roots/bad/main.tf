# Every resource breaks exactly what its name says; the test lists them. Planned only, never applied.

variable "protection" {
  type = bool
}

variable "environment" {
  type = string
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
      "platform:resource"    = "test"
    }
  }
}

resource "aws_kms_key" "fine" {}

# Tags

resource "aws_kms_key" "empty_tag" {
  tags = { "platform:resource" = "" }
}

# Buckets

resource "aws_s3_bucket" "bare" {
  bucket = "acme-bare"
}

resource "aws_s3_bucket" "half_covered" {
  for_each      = toset(["covered", "left_out"])
  bucket_prefix = "acme"
}

resource "aws_s3_bucket_public_access_block" "half_covered" {
  for_each                = toset(["covered"])
  bucket                  = aws_s3_bucket.half_covered[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "half_covered" {
  for_each = aws_s3_bucket.half_covered
  bucket   = each.value.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "open" {
  bucket            = "acme-elsewhere"
  block_public_acls = true
}

resource "aws_s3_account_public_access_block" "open" {
  account_id              = "000000000000"
  block_public_acls       = true
  block_public_policy     = false
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_acl" "public" {
  bucket = "acme-elsewhere"
  acl    = "public-read"
}

resource "aws_s3_bucket_acl" "granted" {
  bucket = "acme-elsewhere"

  access_control_policy {
    owner {
      id = "1"
    }

    grant {
      permission = "READ"

      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers"
      }
    }
  }
}

resource "aws_s3_bucket_policy" "star" {
  bucket = "acme-elsewhere"
  policy = jsonencode({ Statement = { Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" } })
}

resource "aws_s3_bucket_policy" "star_over_tls" {
  bucket = "acme-elsewhere"

  policy = jsonencode({ Statement = [{
    Effect    = "Allow", Principal = { AWS = ["arn:aws:iam::111111111111:root", "*"] }, Action = "s3:GetObject", Resource = "*",
    Condition = { Bool = { "aws:SecureTransport" = "true" } }
  }] })
}

resource "aws_s3_bucket_policy" "all_but" {
  bucket = "acme-elsewhere"
  policy = jsonencode({ Statement = [{ Effect = "Allow", NotPrincipal = { AWS = "arn:aws:iam::111111111111:root" }, Action = "s3:*", Resource = "*" }] })
}

resource "aws_s3_bucket_policy" "any_address" {
  bucket = "acme-elsewhere"

  policy = jsonencode({ Statement = [{
    Effect    = "Allow", Principal = "*", Action = "s3:*", Resource = "*",
    Condition = { IpAddress = { "aws:SourceIp" = "0.0.0.0/0" } }
  }] })
}

# Security groups

resource "aws_security_group" "inline" {
  ingress {
    protocol         = "tcp"
    from_port        = 22
    to_port          = 22
    cidr_blocks      = ["10.0.0.0/8", "0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_default_security_group" "inline" {
  ingress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group_rule" "open" {
  type              = "ingress"
  security_group_id = "sg-1"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_vpc_security_group_ingress_rule" "ipv6" {
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0"
}

resource "aws_vpc_security_group_ingress_rule" "half" {
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv4         = "128.0.0.0/1"
}

# The edge may open its web ports, and nothing else.
module "edge" {
  source = "../good/edge"
  cidr   = "0.0.0.0/0"
  port   = 22
}

# A name that only looks like the edge's.
module "edge_of_somebody" {
  source = "../good/edge"
  cidr   = "0.0.0.0/0"
  port   = 443
}

# Encryption, and deletion protection where the environment has it

resource "aws_ebs_volume" "plain" {
  availability_zone = "eu-west-1a"
  size              = 1
  encrypted         = false
}

resource "aws_launch_template" "plain" {
  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size = 20
    }
  }
}

resource "aws_launch_template" "bare" {}

resource "aws_instance" "plain" {
  ami           = "ami-1"
  instance_type = "t3.micro"

  root_block_device {
    encrypted = false
  }
}

resource "aws_db_instance" "plain" {
  instance_class              = "db.t4g.micro"
  engine                      = "postgres"
  allocated_storage           = 20
  username                    = "admin_user"
  manage_master_user_password = true
  skip_final_snapshot         = true
}

resource "aws_rds_cluster" "plain" {
  engine                      = "aurora-postgresql"
  master_username             = "admin_user"
  manage_master_user_password = true
  storage_encrypted           = false
  final_snapshot_identifier   = "last"
}

resource "aws_dynamodb_table" "plain" {
  name         = "acme"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_elasticache_replication_group" "plain" {
  replication_group_id       = "acme"
  description                = "acme"
  at_rest_encryption_enabled = false
  transit_encryption_enabled = true
}

resource "aws_elasticache_cluster" "single" {
  cluster_id      = "acme"
  engine          = "redis"
  node_type       = "cache.t4g.micro"
  num_cache_nodes = 1
}

resource "aws_sns_topic" "plain" {}

resource "aws_sqs_queue" "plain" {
  sqs_managed_sse_enabled = false
}

resource "aws_kinesis_stream" "plain" {
  name        = "acme"
  shard_count = 1
}

resource "aws_cloudwatch_log_group" "plain" {
  name = "acme"
}

resource "aws_ecr_repository" "plain" {
  name = "acme"
}

resource "aws_eks_cluster" "plain" {
  name     = "acme"
  role_arn = "arn:aws:iam::000000000000:role/cluster"

  vpc_config {
    subnet_ids = ["subnet-1", "subnet-2"]
  }
}

resource "aws_ebs_snapshot_copy" "plain" {
  source_region      = "eu-west-1"
  source_snapshot_id = "snap-1"
}

resource "aws_lb" "plain" {
  name     = "acme"
  internal = true
  subnets  = ["subnet-1", "subnet-2"]
}
