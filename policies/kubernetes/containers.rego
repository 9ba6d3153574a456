# Containers: bounded resources and no privileges.
package kubernetes.admission

import rego.v1

violation contains message if {
	some container in containers
	some name in ["cpu", "memory"]
	not container.spec.resources.limits[name]
	message := sprintf("%v: resources.limits.%v is missing", [container.title, name])
}

violation contains message if {
	some container in containers
	limit := container.spec.resources.limits.cpu
	not permitted_cpu(limit)
	message := sprintf("%v: resources.limits.cpu is %v; at most %v is permitted", [container.title, limit, data.imaging.limits.cpu])
}

violation contains message if {
	some container in containers
	limit := container.spec.resources.limits.memory
	not permitted_memory(limit)
	message := sprintf("%v: resources.limits.memory is %v; at most %v is permitted", [container.title, limit, data.imaging.limits.memory])
}

# A limit of 0 bounds nothing; one that cannot be read is refused.
permitted_cpu(limit) if {
	amount := units.parse(sprintf("%v", [limit]))
	amount > 0
	amount <= units.parse(data.imaging.limits.cpu)
}

permitted_memory(limit) if {
	amount := units.parse_bytes(sprintf("%v", [limit]))
	amount > 0
	amount <= units.parse_bytes(data.imaging.limits.memory)
}

violation contains "data.imaging.limits must name the most cpu and memory that a container may have" if {
	pod
	not bounds_known
}

bounds_known if {
	units.parse(data.imaging.limits.cpu)
	units.parse_bytes(data.imaging.limits.memory)
}

violation contains message if {
	some container in containers
	container.spec.securityContext.privileged != false
	message := sprintf("%v: privileged is not permitted", [container.title])
}

violation contains message if {
	some container in containers
	not container.spec.securityContext.allowPrivilegeEscalation == false
	message := sprintf("%v: securityContext.allowPrivilegeEscalation must be false", [container.title])
}

violation contains message if {
	some container in containers
	not container.spec.securityContext.readOnlyRootFilesystem == true
	message := sprintf("%v: securityContext.readOnlyRootFilesystem must be true", [container.title])
}

violation contains message if {
	some container in containers
	not drops_all(container.spec)
	message := sprintf("%v: securityContext.capabilities.drop must contain ALL", [container.title])
}

violation contains message if {
	some container in containers
	some capability in container.spec.securityContext.capabilities.add
	message := sprintf("%v: the capability %v is not permitted", [container.title, capability])
}

violation contains message if {
	some container in containers
	not runs_as_non_root(container.spec)
	message := sprintf("%v: securityContext.runAsNonRoot must be true, here or on the pod", [container.title])
}

violation contains message if {
	some container in containers
	effective(container.spec, "runAsUser") == 0
	message := sprintf("%v: runAsUser must not be 0", [container.title])
}

violation contains message if {
	some container in containers
	not confined(container.spec)
	message := sprintf("%v: securityContext.seccompProfile must be RuntimeDefault or Localhost, here or on the pod", [container.title])
}

violation contains message if {
	some container in containers
	container.spec.securityContext.procMount != "Default"
	message := sprintf("%v: securityContext.procMount must be Default", [container.title])
}

drops_all(container) if "ALL" in container.securityContext.capabilities.drop

runs_as_non_root(container) if effective(container, "runAsNonRoot") == true

confined(container) if {
	profile := effective(container, "seccompProfile")
	profile.type in {"RuntimeDefault", "Localhost"}
}

# METADATA
# title: Settings of the pod and its containers
# description: A container's own setting goes before the pod's, as in Kubernetes.
effective(container, field) := container.securityContext[field]

effective(container, field) := pod.securityContext[field] if not has_own(container, field)

has_own(container, field) if {
	some name, _ in container.securityContext
	name == field
}
