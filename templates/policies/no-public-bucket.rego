# Nothing in a bucket can be read or written by everybody.
package platform

import data.platform.plan

rules["no-public-bucket"] := {
	"title": "No bucket is open to everybody.",
	"severity": "high",
}

switches := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]

public_acls := {"public-read", "public-read-write", "authenticated-read"}

everybody := {
	"http://acs.amazonaws.com/groups/global/AllUsers",
	"http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
}

# What makes a statement for everybody one for few. Source: Amazon S3 User Guide, "The meaning of public".
narrowing := {
	"aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount", "aws:sourcearn",
	"aws:sourceip", "aws:sourceorgid", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid",
	"s3:dataaccesspointaccount", "s3:dataaccesspointarn",
}

deny contains {
	"rule": "no-public-bucket",
	"address": bucket.address,
	"message": "The bucket has no public access block.",
	"fix": "Add an aws_s3_bucket_public_access_block with all four switches on.",
} if {
	some bucket in plan.resources
	bucket.type == "aws_s3_bucket"
	not blocked(bucket)
}

blocked(bucket) if {
	some block in plan.resources
	block.type == "aws_s3_bucket_public_access_block"
	plan.of_bucket(block, bucket)
}

deny contains {
	"rule": "no-public-bucket",
	"address": block.address,
	"message": sprintf("The public access block is open: %s.", [concat(", ", open)]),
	"fix": "Set all four switches to true.",
} if {
	some block in plan.resources
	block.type in {"aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"}
	open := [switch | some switch in switches; plan.off(block, switch)]
	count(open) > 0
}

deny contains {
	"rule": "no-public-bucket",
	"address": resource.address,
	"message": sprintf("The access control list %s lets everybody in.", [plan.value(resource, "acl")]),
	"fix": "Remove the list, or use private.",
} if {
	some resource in plan.resources
	resource.type in {"aws_s3_bucket", "aws_s3_bucket_acl", "aws_s3_object"}
	plan.value(resource, "acl") in public_acls
}

deny contains {
	"rule": "no-public-bucket",
	"address": resource.address,
	"message": "The access control list grants rights to everybody.",
	"fix": "Remove the grants to AllUsers and AuthenticatedUsers.",
} if {
	some resource in plan.resources
	resource.type in {"aws_s3_bucket", "aws_s3_bucket_acl"}
	walk(resource.change.after, [_, found])
	found in everybody
}

deny contains {
	"rule": "no-public-bucket",
	"address": resource.address,
	"message": "The bucket policy allows everybody (Principal *).",
	"fix": "Name the principals, or add a condition such as aws:SourceArn or aws:PrincipalOrgID.",
} if {
	some resource in plan.resources
	resource.type in {"aws_s3_bucket", "aws_s3_bucket_policy", "aws_s3_access_point"}
	some statement in plan.listed(plan.document(resource, "policy").Statement)
	statement.Effect == "Allow"
	for_everybody(statement)
	not narrowed(statement)
}

for_everybody(statement) if statement.Principal == "*"

for_everybody(statement) if "*" in plan.listed(statement.Principal.AWS)

for_everybody(statement) if statement.NotPrincipal

narrowed(statement) if {
	some operator, keys in statement.Condition
	not regex.match(`(?i)not|ifexists|^null$`, operator)
	some key, wanted in keys
	lower(key) in narrowing
	every one in plan.listed(wanted) {
		not one in {"*", "0.0.0.0/0", "::/0"}
	}
}
