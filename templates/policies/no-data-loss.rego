# Nothing that holds data is destroyed or made anew.
package platform

rules["no-data-loss"] := {
	"title": "Nothing that holds data is destroyed or replaced.",
	"severity": "high",
}

# input.platform.dataTypes: the types that platform itself asks for --allow-replace before it touches them.
deny contains {
	"rule": "no-data-loss",
	"address": resource.address,
	"message": sprintf("It holds data and would be %s.", [what(resource.change.actions)]),
	"fix": "Take back the change that leads to it, or move the data first and name the address in an exception.",
} if {
	some resource in input.resource_changes
	resource.mode == "managed"
	resource.type in input.platform.dataTypes
	"delete" in resource.change.actions
}

what(actions) := "replaced" if "create" in actions

else := "destroyed"
