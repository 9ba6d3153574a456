# METADATA
# title: What every manifest here must be
# description: |
#   Beyond policies/kubernetes, which judges the workloads as it would in the cluster. `input` is one manifest.
#   ward eval -d deploy/checks.rego -i deploy/webhook/service.yaml data.deploy.checks.problems
package deploy.checks

import rego.v1

versions := {
	"ConfigMap": "v1",
	"Kustomization": "kustomize.config.k8s.io/v1beta1",
	"Namespace": "v1",
	"NetworkPolicy": "networking.k8s.io/v1",
	"PersistentVolume": "v1",
	"PersistentVolumeClaim": "v1",
	"PodDisruptionBudget": "policy/v1",
	"RuntimeClass": "node.k8s.io/v1",
	"Secret": "v1",
	"Service": "v1",
	"StatefulSet": "apps/v1",
	"StorageClass": "storage.k8s.io/v1",
	"ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
}

problems contains sprintf("apiVersion must be %v", [version]) if {
	version := versions[input.kind]
	not input.apiVersion == version
}

problems contains "no kind that is known here" if not known_kind

known_kind if versions[input.kind]

problems contains "no name" if {
	input.kind != "Kustomization"
	not input.metadata.name
}

pod := input.spec.template.spec

containers := array.concat(pod.containers, object.get(pod, "initContainers", []))

long_running contains container if some container in pod.containers

long_running contains container if {
	some container in pod.initContainers
	container.restartPolicy == "Always"
}

problems contains sprintf("%v has no %v", [container.name, probe]) if {
	some container in long_running
	some probe in ["livenessProbe", "readinessProbe"]
	not container[probe]
}

problems contains sprintf("%v requests or limits no %v", [container.name, resource]) if {
	some container in containers
	some resource in ["cpu", "memory", "ephemeral-storage"]
	not both(container, resource)
}

both(container, resource) if {
	container.resources.requests[resource]
	container.resources.limits[resource]
}

problems contains "the pod gets a token of the cluster" if {
	pod
	not pod.automountServiceAccountToken == false
}

problems contains sprintf("the volume %v of %v does not exist", [mount.name, container.name]) if {
	some container in containers
	some mount in container.volumeMounts
	not mount.name in volume_names
}

volume_names := {volume.name | some volume in pod.volumes} | {claim.metadata.name | some claim in input.spec.volumeClaimTemplates}

problems contains sprintf("the labels do not match the selector: %v", [key]) if {
	some key, value in input.spec.selector.matchLabels
	input.kind == "StatefulSet"
	not input.spec.template.metadata.labels[key] == value
}

problems contains sprintf("%v: failurePolicy must be Fail", [webhook.name]) if {
	some webhook in input.webhooks
	not webhook.failurePolicy == "Fail"
}

problems contains sprintf("%v: timeoutSeconds must be 1 to 10", [webhook.name]) if {
	some webhook in input.webhooks
	not quick(webhook)
}

quick(webhook) if {
	webhook.timeoutSeconds >= 1
	webhook.timeoutSeconds <= 10
}

problems contains sprintf("%v: judges the namespace %v, which Ward needs to start", [webhook.name, namespace]) if {
	some webhook in input.webhooks
	some rule in webhook.rules
	rule.scope != "Cluster"
	names := excluded(webhook)
	some namespace in ["kube-system", "ward-system"]
	not namespace in names
}

excluded(webhook) := {namespace |
	some expression in webhook.namespaceSelector.matchExpressions
	expression.key == "kubernetes.io/metadata.name"
	expression.operator == "NotIn"
	some namespace in expression.values
}
