# What the rules look at: resources as a plan leaves them, and how they belong together.
package platform.plan

# Every managed resource that exists once the plan is applied.
resources contains resource if {
	some resource in input.resource_changes
	resource.mode == "managed"
	is_object(resource.change.after)
}

# The value of a field after the plan; null when it is not set or not known yet.
value(resource, field) := object.get(resource.change.after, field, null)

# Known only once the plan is applied.
unknown(resource, field) if object.get(resource.change, "after_unknown", {})[field] == true

# Set by the files to something that is known only once the plan is applied.
# What the files leave out is the provider's choice, which is no choice of ours.
later(resource, field) if {
	unknown(resource, field)
	not left_out(resource, field)
}

left_out(resource, field) if {
	expressions := object.get(written(resource), "expressions", {})
	not expressions[field]
}

# Neither switched on, nor known only later.
off(resource, field) if {
	value(resource, field) in {null, false, "", "false"}
	not later(resource, field)
}

# The blocks of a kind inside a resource; none when they are not known yet.
blocks(resource, field) := value(resource, field) if is_array(value(resource, field))

else := []

# Whether the first block of a kind has this field switched on, or will say only later.
block_on(resource, block, _) if later(resource, block)

block_on(resource, block, field) if blocks(resource, block)[0][field] in {true, "true"}

block_on(resource, block, field) if resource.change.after_unknown[block][0][field] == true

# The value of a variable of the root module.
variable(name) := object.get(input, ["variables", name, "value"], null)

# A policy document of a resource; undefined when it is not known yet.
document(resource, field) := json.unmarshal(text) if {
	text := value(resource, field)
	is_string(text)
	json.is_valid(text)
}

# One thing or a list of them, as policies allow both.
listed(x) := x if is_array(x)

listed(x) := [x] if not is_array(x)

# Whether `companion` says something about `bucket`: by the bucket's name, or because the files say so.
of_bucket(companion, bucket) if {
	name := value(companion, "bucket")
	is_string(name)
	name in {value(bucket, "bucket"), value(bucket, "id")}
}

of_bucket(companion, bucket) if {
	unknown(companion, "bucket")
	object.get(companion, "module_address", "") == object.get(bucket, "module_address", "")
	sprintf("%s.%s", [bucket.type, bucket.name]) in references(companion, "bucket")
	not other_instance(companion, bucket)
}

other_instance(a, b) if a.index != b.index

# What the expression of a field names, and what the copies of the resource are made from.
references(resource, field) := union({
	{reference | some reference in object.get(written(resource), ["expressions", field, "references"], [])},
	{reference | some reference in object.get(written(resource), ["for_each_expression", "references"], [])},
})

# The resource as it stands in the files.
written(resource) := found if {
	some found in object.get(input, array.concat(["configuration", "root_module"], module_path(resource)), {}).resources
	found.mode == resource.mode
	found.type == resource.type
	found.name == resource.name
}

# module.edge[0].module.logs → ["module_calls", "edge", "module", "module_calls", "logs", "module"]
module_path(resource) := [step |
	plain := regex.replace(object.get(resource, "module_address", ""), `\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]`, "")
	some index, part in split(plain, ".")
	index % 2 == 1
	some step in ["module_calls", part, "module"]
]
