# METADATA
# title: Admission of imaging workloads
# description: |
#   What runs beside patient images: a pinned runtime, local volumes only, bounded resources, no way out of its sandbox, images from
#   registries that are known. `input` is the AdmissionReview. The lists that differ from site to site are `data.imaging`
#   (imaging.yaml); a list that is missing permits nothing.
package kubernetes.admission

import rego.v1

# METADATA
# title: Denials
# description: One message for each thing that is wrong; empty admits.
# entrypoint: true
deny contains message if {
	some message in violation
	subject_to_policy
}

# METADATA
# title: Warnings
# description: What `kubectl` shows without refusing.
# entrypoint: true
warn contains message if {
	some message in advice
	subject_to_policy
}

# METADATA
# title: Operations that are judged
# description: Deleting is always permitted. An operation that is missing or unknown is judged.
subject_to_policy if not input.request.operation == "DELETE"

resource := input.request.object

kind := resource.kind

violation contains "the review has no object to judge" if not kind

violation contains message if {
	not known_kind
	message := sprintf("this policy cannot judge a %v; take the kind out of the webhook's rules or write a rule for it", [kind])
}

known_kind if kind in {"PersistentVolumeClaim", "PersistentVolume"}

known_kind if pod

# METADATA
# title: The pod's description
# description: Of a Pod itself, of whatever makes Pods from a template, or of a CronJob's jobs.
pod := resource.spec if kind == "Pod"

pod := resource.spec.template.spec if {
	kind in {"DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"}
}

pod := resource.template.spec if kind == "PodTemplate"

pod := resource.spec.jobTemplate.spec.template.spec if kind == "CronJob"

# METADATA
# title: Containers
# description: All that a pod starts, each with what messages call it.
containers contains {"title": title, "spec": container} if {
	some container in pod.containers
	title := sprintf("container %v", [member(container, "name")])
}

containers contains {"title": title, "spec": container} if {
	some container in pod.initContainers
	title := sprintf("init container %v", [member(container, "name")])
}

violation contains "a pod needs at least one container" if {
	pod
	count(containers) == 0
}

# Debug containers can be slipped into a running pod beside its images; they carry no limits.
violation contains "debug (ephemeral) containers are not admitted to imaging pods" if count(pod.ephemeralContainers) > 0

violation contains message if {
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	pod[field] != false
	message := sprintf("%v is not permitted", [field])
}

# With one process namespace the containers of a pod can read each other's memory and files through /proc.
violation contains "shareProcessNamespace is not permitted" if pod.shareProcessNamespace != false

violation contains message if {
	some container in containers
	some port in container.spec.ports
	port.hostPort != 0
	message := sprintf("%v: hostPort %v is not permitted", [container.title, port.hostPort])
}

violation contains message if {
	pod
	not permitted_runtime_class
	message := sprintf("runtimeClassName must be one of %v", [listed("runtime_classes")])
}

# Rego evaluates the operands of a negated `in` or call before the negation: were one of them undefined, the rule would fall silent rather
# than deny. So what is negated here and below is a rule, a function of something that exists, or an equality.
permitted_runtime_class if pod.runtimeClassName in data.imaging.runtime_classes

advice contains message if {
	some container in pod.containers
	some probe in ["livenessProbe", "readinessProbe"]
	not container[probe]
	message := sprintf("container %v has no %v", [member(container, "name"), probe])
}

advice contains "automountServiceAccountToken should be false: imaging pods do not talk to the cluster" if {
	pod
	not pod.automountServiceAccountToken == false
}

# METADATA
# description: A list of data.imaging as text.
listed(name) := concat(", ", sort(data.imaging[name])) if names_some(name)

listed(name) := sprintf("data.imaging.%v, which names none", [name]) if not names_some(name)

names_some(name) if count(data.imaging[name]) > 0

# METADATA
# description: A member of an object, "(none)" where there is no object or no such member, so that a rule that names it does not fall silent.
member(value, field) := value[field]

member(value, field) := "(none)" if not has_field(value, field)

has_field(value, field) if {
	some name, _ in value
	name == field
}
