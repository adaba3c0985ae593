# Everything that is stored is encrypted.
package platform

import data.platform.plan

rules["encryption"] := {
	"title": "Everything that is stored is encrypted.",
	"severity": "high",
}

# Types with one field that says whether, or with which key, they are encrypted.
encrypting := {
	"aws_ami_copy": {"encrypted"},
	"aws_cloudtrail": {"kms_key_id"},
	"aws_cloudwatch_log_group": {"kms_key_id"},
	"aws_db_instance": {"storage_encrypted"},
	"aws_docdb_cluster": {"storage_encrypted"},
	"aws_ebs_snapshot_copy": {"encrypted"},
	"aws_ebs_volume": {"encrypted"},
	"aws_efs_file_system": {"encrypted"},
	"aws_elasticache_replication_group": {"at_rest_encryption_enabled", "transit_encryption_enabled"},
	"aws_neptune_cluster": {"storage_encrypted"},
	"aws_rds_cluster": {"storage_encrypted"},
	"aws_redshift_cluster": {"encrypted"},
	"aws_sns_topic": {"kms_master_key_id"},
}

# Types whose block has a field that switches it on.
encrypting_blocks := {
	"aws_dynamodb_table": {"block": "server_side_encryption", "field": "enabled"},
	"aws_opensearch_domain": {"block": "encrypt_at_rest", "field": "enabled"},
}

deny contains not_encrypted(resource, sprintf("%s is not set.", [field]), sprintf("Set %s.", [field])) if {
	some resource in plan.resources
	some field in encrypting[resource.type]
	plan.off(resource, field)
	not inherited(resource)
}

# A copy is encrypted as its source is.
inherited(resource) if is_string(plan.value(resource, "replicate_source_db"))

inherited(resource) if is_string(plan.value(resource, "replication_source_identifier"))

deny contains not_encrypted(resource, sprintf("%s is not switched on.", [block]), sprintf("Add %s with %s = true.", [block, field])) if {
	some resource in plan.resources
	{"block": block, "field": field} := encrypting_blocks[resource.type]
	not plan.block_on(resource, block, field)
}

deny contains not_encrypted(queue, "the queue has no key.", "Set kms_master_key_id, or sqs_managed_sse_enabled = true.") if {
	some queue in plan.resources
	queue.type == "aws_sqs_queue"
	plan.off(queue, "kms_master_key_id")

	# Left out, AWS switches it on.
	plan.value(queue, "sqs_managed_sse_enabled") == false
}

deny contains not_encrypted(stream, "encryption_type is not KMS.", `Set encryption_type = "KMS" and kms_key_id.`) if {
	some stream in plan.resources
	stream.type == "aws_kinesis_stream"
	plan.value(stream, "encryption_type") != "KMS"
}

deny contains not_encrypted(cache, "a single cache node cannot be encrypted at rest.", "Use an aws_elasticache_replication_group.") if {
	some cache in plan.resources
	cache.type == "aws_elasticache_cluster"
	plan.off(cache, "replication_group_id")
}

deny contains not_encrypted(bucket, "the bucket names no encryption.", "Add an aws_s3_bucket_server_side_encryption_configuration.") if {
	some bucket in plan.resources
	bucket.type == "aws_s3_bucket"
	not encrypted_bucket(bucket)
}

encrypted_bucket(bucket) if {
	some encryption in plan.resources
	encryption.type == "aws_s3_bucket_server_side_encryption_configuration"
	plan.of_bucket(encryption, bucket)
}

deny contains not_encrypted(repository, "images are not encrypted with a KMS key.", `Add encryption_configuration with encryption_type = "KMS".`) if {
	some repository in plan.resources
	repository.type == "aws_ecr_repository"
	not encrypted_repository(repository)
}

encrypted_repository(repository) if plan.later(repository, "encryption_configuration")

encrypted_repository(repository) if plan.blocks(repository, "encryption_configuration")[0].encryption_type in {"KMS", "KMS_DSSE"}

deny contains not_encrypted(cluster, "Kubernetes secrets have no KMS key.", `Add encryption_config for the resources ["secrets"].`) if {
	some cluster in plan.resources
	cluster.type == "aws_eks_cluster"
	not encrypted_secrets(cluster)
}

encrypted_secrets(cluster) if plan.later(cluster, "encryption_config")

encrypted_secrets(cluster) if "secrets" in plan.blocks(cluster, "encryption_config")[0].resources

deny contains not_encrypted(template, "it has no encrypted root volume.", "Add block_device_mappings with ebs.encrypted = true.") if {
	some template in plan.resources
	template.type == "aws_launch_template"
	not plan.later(template, "block_device_mappings")
	count(plan.blocks(template, "block_device_mappings")) == 0
}

deny contains not_encrypted(template, sprintf("the volume %s is not encrypted.", [mapping.device_name]), "Set encrypted = true in its ebs block.") if {
	some template in plan.resources
	template.type == "aws_launch_template"
	some mapping in plan.blocks(template, "block_device_mappings")
	some ebs in mapping.ebs
	object.get(ebs, "encrypted", "later") in {null, false, "", "false"}
}

deny contains not_encrypted(instance, sprintf("a volume of %s is not encrypted.", [block]), "Set encrypted = true in the block.") if {
	some instance in plan.resources
	instance.type == "aws_instance"
	some block in ["root_block_device", "ebs_block_device"]
	some device in plan.blocks(instance, block)
	device.encrypted in {null, false}
}

deny contains not_encrypted(instance, "its root volume is as its image says.", "Add root_block_device with encrypted = true.") if {
	some instance in plan.resources
	instance.type == "aws_instance"
	plan.unknown(instance, "root_block_device")
	not plan.later(instance, "root_block_device")
}

not_encrypted(resource, why, fix) := {
	"rule": "encryption",
	"address": resource.address,
	"message": concat(" ", ["Not encrypted:", why]),
	"fix": fix,
}
