# In a protected environment AWS itself refuses to delete what matters.
package platform

import data.platform.plan

rules["deletion-protection"] := {
	"title": "In an environment with protection, databases, tables and load balancers are protected from deletion.",
	"severity": "high",
}

protecting := {
	"aws_db_instance": "deletion_protection",
	"aws_docdb_cluster": "deletion_protection",
	"aws_dynamodb_table": "deletion_protection_enabled",
	"aws_eks_cluster": "deletion_protection",
	"aws_lb": "enable_deletion_protection",
	"aws_neptune_cluster": "deletion_protection",
	"aws_rds_cluster": "deletion_protection",
	"aws_rds_global_cluster": "deletion_protection",
}

deny contains {
	"rule": "deletion-protection",
	"address": resource.address,
	"message": sprintf("The environment is protected, but %s is off.", [field]),
	"fix": sprintf("Set %s = true.", [field]),
} if {
	plan.variable("protection") == true
	some resource in plan.resources
	field := protecting[resource.type]
	has(resource, field)
	plan.off(resource, field)
}

# Not every version of the provider knows every field.
has(resource, field) if field in object.keys(resource.change.after)

has(resource, field) if plan.unknown(resource, field)

deny contains {
	"rule": "deletion-protection",
	"address": resource.address,
	"message": "The environment is protected, but no final snapshot would be kept.",
	"fix": "Set skip_final_snapshot = false and name the final snapshot.",
} if {
	plan.variable("protection") == true
	some resource in plan.resources
	resource.type in {"aws_db_instance", "aws_docdb_cluster", "aws_neptune_cluster", "aws_rds_cluster"}
	plan.value(resource, "skip_final_snapshot") == true
	not inherited(resource)
}
