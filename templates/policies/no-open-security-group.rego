# Only the load balancer of the edge listens to the whole internet.
package platform

import data.platform.plan

rules["no-open-security-group"] := {
	"title": "No security group but that of the edge's load balancer is open to the internet.",
	"severity": "high",
}

deny contains {
	"rule": "no-open-security-group",
	"address": resource.address,
	"message": sprintf("It lets in everybody from %s.", [concat(" and ", sort(open))]),
	"fix": "Name the ranges or security groups that need it. What is for everybody goes through the edge's load balancer.",
} if {
	some resource in plan.resources
	open := {range | some range in ranges(resource); whole_internet(range)}
	count(open) > 0
	not edge(resource)
}

ranges(group) := {range |
	some ingress in plan.blocks(group, "ingress")
	some field in ["cidr_blocks", "ipv6_cidr_blocks"]
	some range in ingress[field]
} if {
	group.type in {"aws_security_group", "aws_default_security_group"}
}

ranges(rule) := {range |
	some field in ["cidr_blocks", "ipv6_cidr_blocks"]
	some range in plan.value(rule, field)
} if {
	rule.type == "aws_security_group_rule"
	plan.value(rule, "type") == "ingress"
}

ranges(rule) := {range |
	some field in ["cidr_ipv4", "cidr_ipv6"]
	range := plan.value(rule, field)
	is_string(range)
} if {
	rule.type == "aws_vpc_security_group_ingress_rule"
}

# Half of the internet counts too: two halves are the whole.
whole_internet(range) if regex.match(`/[01]$`, range)

# The edge module is vendored, so what it opens was looked at.
edge(resource) if {
	regex.match(`^module\.edge(\[[0-9]+\])?$`, object.get(resource, "module_address", ""))
	only_web(resource)
}

only_web(rule) if {
	rule.type in {"aws_vpc_security_group_ingress_rule", "aws_security_group_rule"}
	object.get(rule.change.after, "ip_protocol", object.get(rule.change.after, "protocol", "")) == "tcp"
	plan.value(rule, "from_port") in {80, 443}
	plan.value(rule, "from_port") == plan.value(rule, "to_port")
}

only_web(group) if {
	group.type == "aws_security_group"
	every ingress in plan.blocks(group, "ingress") {
		ingress.protocol == "tcp"
		ingress.from_port in {80, 443}
		ingress.from_port == ingress.to_port
	}
}
