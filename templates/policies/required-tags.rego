# Everything says whose it is: lost state, leftovers and costs are found by tags.
package platform

import data.platform.plan

rules["required-tags"] := {
	"title": "Everything that can carry tags has the four tags of the platform.",
	"severity": "medium",
}

required_tags := ["platform:name", "platform:environment", "platform:managed-by", "platform:resource"]

deny contains {
	"rule": "required-tags",
	"address": resource.address,
	"message": sprintf("Missing tags: %s.", [concat(", ", missing)]),
	"fix": "Let the provider's default_tags set the first three, and give the resource a platform:resource of its own.",
} if {
	some resource in plan.resources
	taggable(resource)
	missing := [tag | some tag in required_tags; lacks(resource, tag)]
	count(missing) > 0
}

taggable(resource) if "tags_all" in object.keys(resource.change.after)

taggable(resource) if "tags_all" in object.keys(object.get(resource.change, "after_unknown", {}))

lacks(resource, tag) if {
	object.get(known(resource, "tags_all"), tag, "") in {"", null}
	not plan.unknown(resource, "tags_all")
	not object.get(resource.change.after_unknown, ["tags_all", tag], false)
}

# An empty tag, or one that is not known yet, hides all of them. The resource's own tags may still be known.
lacks(resource, "platform:resource") if {
	plan.unknown(resource, "tags_all")
	not plan.unknown(resource, "tags")
	object.get(known(resource, "tags"), "platform:resource", "") in {"", null}
	not object.get(resource.change.after_unknown, ["tags", "platform:resource"], false)
}

known(resource, field) := found if {
	found := plan.value(resource, field)
	is_object(found)
} else := {}
