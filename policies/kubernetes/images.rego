# Container images: from registries that are known, never a moving tag.
package kubernetes.admission

import rego.v1

violation contains message if {
	some container in containers
	not permitted_registry(container.spec)
	message := sprintf("%v: the image must come from one of %v", [container.title, listed("registries")])
}

violation contains message if {
	some container in containers
	image := container.spec.image
	not pinned(image)
	message := sprintf("%v: the image %v needs a digest or a tag other than latest", [container.title, image])
}

permitted_registry(container) if {
	name := full_name(container.image)
	some registry in data.imaging.registries
	below(name, registry)
}

# METADATA
# title: Where an image comes from
# description: A name whose first part is no host comes from Docker Hub, there from `library` when it has no other part.
full_name(image) := image if has_host(image)

full_name(image) := sprintf("docker.io/%v", [image]) if {
	not has_host(image)
	contains(image, "/")
}

full_name(image) := sprintf("docker.io/library/%v", [image]) if {
	not has_host(image)
	not contains(image, "/")
}

has_host(image) if {
	parts := split(image, "/")
	count(parts) > 1
	host_name(parts[0])
}

host_name(name) if contains(name, ".")

host_name(name) if contains(name, ":")

host_name("localhost")

pinned(image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)

pinned(image) if {
	not contains(image, "@")
	parts := split(image, "/")
	[_, tag] := split(parts[count(parts) - 1], ":")
	tag != ""
	tag != "latest"
}
