package kubernetes.admission_test

import rego.v1

import data.kubernetes.admission

settings := {
	"registries": ["registry.hospital.example/imaging"],
	"runtime_classes": ["imaging"],
	"storage_classes": ["imaging-local"],
	"host_paths": ["/var/lib/ward/images"],
	"csi_drivers": ["disk.csi.example"],
	"limits": {"cpu": "2", "memory": "1Gi"},
}

container := {
	"name": "reader",
	"image": "registry.hospital.example/imaging/reader:1.4.2",
	"resources": {"limits": {"cpu": "500m", "memory": "512Mi"}},
	"securityContext": {
		"allowPrivilegeEscalation": false,
		"readOnlyRootFilesystem": true,
		"capabilities": {"drop": ["ALL"]},
	},
	"volumeMounts": [{"name": "images", "mountPath": "/images", "readOnly": true}],
	"livenessProbe": {"httpGet": {"path": "/health", "port": 8080}},
	"readinessProbe": {"httpGet": {"path": "/health", "port": 8080}},
}

pod := {
	"runtimeClassName": "imaging",
	"automountServiceAccountToken": false,
	"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
	"containers": [container],
	"volumes": [{"name": "images", "hostPath": {"path": "/var/lib/ward/images/ct"}}, {"name": "scratch", "emptyDir": {}}],
}

review(operation, resource) := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"request": {"uid": "1", "operation": operation, "kind": {"kind": resource.kind}, "object": resource},
}

created(spec) := review("CREATE", {"apiVersion": "v1", "kind": "Pod", "spec": spec})

denials(asked) := messages if messages := admission.deny with input as asked with data.imaging as settings

warnings(asked) := messages if messages := admission.warn with input as asked with data.imaging as settings

# The pod with members replaced, and with the container's members replaced.
pod_with(changes) := created(object.union(pod, changes))

container_with(changes) := created(object.union(pod, {"containers": [object.union(container, changes)]}))

volume(source) := created(object.union(pod, {"volumes": [object.union({"name": "images"}, source)]}))

test_good_pod_is_admitted if denials(created(pod)) == set()

test_good_pod_has_no_warnings if warnings(created(pod)) == set()

test_deletion_is_admitted if denials({"request": {"operation": "DELETE", "object": null}}) == set()

test_update_is_judged if {
	bad := {"kind": "Pod", "spec": object.union(pod, {"hostNetwork": true})}
	denials(review("UPDATE", bad)) == {"hostNetwork is not permitted"}
}

test_review_without_object_is_denied if {
	denials({"request": {"operation": "CREATE"}}) == {"the review has no object to judge"}
}

test_empty_review_is_denied if denials({}) == {"the review has no object to judge"}

test_unknown_kind_is_denied if {
	some message in denials(review("CREATE", {"kind": "Gadget", "spec": pod}))
	startswith(message, "this policy cannot judge a Gadget")
}

test_templates_are_judged if {
	bad := object.union(pod, {"hostNetwork": true})
	every kind in ["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"] {
		denials(review("CREATE", {"kind": kind, "spec": {"template": {"spec": bad}}})) == {"hostNetwork is not permitted"}
		denials(review("CREATE", {"kind": kind, "spec": {"template": {"spec": pod}}})) == set()
	}
	cron := {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": bad}}}}}
	denials(review("CREATE", cron)) == {"hostNetwork is not permitted"}
	template := {"kind": "PodTemplate", "template": {"spec": bad}}
	denials(review("CREATE", template)) == {"hostNetwork is not permitted"}
}

test_pod_without_spec_is_denied if count(denials(review("CREATE", {"kind": "Pod"}))) == 1

test_pod_without_containers_is_denied if {
	denials(pod_with({"containers": [], "volumes": []})) == {"a pod needs at least one container"}
}

test_debug_container_is_denied if {
	denials(pod_with({"ephemeralContainers": [{"name": "shell", "image": "busybox"}]})) == {
		"debug (ephemeral) containers are not admitted to imaging pods",
	}
}

test_host_namespaces_are_denied if {
	every field in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"] {
		denials(pod_with({field: true})) == {sprintf("%v is not permitted", [field])}
		denials(pod_with({field: false})) == set()
	}
}

test_host_port_is_denied if {
	denials(container_with({"ports": [{"containerPort": 80, "hostPort": 80}]})) == {
		"container reader: hostPort 80 is not permitted",
	}
	denials(container_with({"ports": [{"containerPort": 80}]})) == set()
}

test_runtime_class_is_required if {
	denials(pod_with({"runtimeClassName": "other"})) == {"runtimeClassName must be one of imaging"}
	denials(created(object.remove(pod, ["runtimeClassName"]))) == {"runtimeClassName must be one of imaging"}
}

test_remote_volumes_are_denied if {
	every type in ["nfs", "cifs", "iscsi", "cephfs", "rbd", "glusterfs", "flexVolume", "azureFile", "image", "made-up"] {
		denials(volume({type: {}})) == {sprintf("volume images: %v volumes are not local", [type])}
	}
}

test_kubelet_volumes_are_admitted if {
	every type in ["configMap", "downwardAPI", "emptyDir", "projected", "secret"] {
		denials(volume({type: {}})) == set()
	}
}

test_claims_are_admitted if denials(volume({"persistentVolumeClaim": {"claimName": "ct"}})) == set()

test_inline_csi_needs_a_known_driver if {
	denials(volume({"csi": {"driver": "disk.csi.example"}})) == set()
	denials(volume({"csi": {"driver": "nfs.csi.k8s.io"}})) == {"volume images: the CSI driver nfs.csi.k8s.io is not known to be local"}
	denials(volume({"csi": {}})) == {"volume images: the CSI driver (none) is not known to be local"}
}

test_ephemeral_volumes_need_a_local_class if {
	denials(volume(ephemeral("imaging-local"))) == set()
	denials(volume(ephemeral("nfs"))) == {"volume images: storageClassName must be one of imaging-local"}
	denials(volume({"ephemeral": {}})) == {"volume images: storageClassName must be one of imaging-local"}
}

ephemeral(class) := {"ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": class}}}}

test_host_paths_stay_below_the_stores if {
	every path in ["/var/lib/ward/images", "/var/lib/ward/images/", "/var/lib/ward/images/ct/2026"] {
		denials(volume({"hostPath": {"path": path}})) == set()
	}
	every path in ["/", "/etc", "/var/lib/ward", "/var/lib/ward/images-other", "/var/lib/ward/images/../../../etc", "images", ""] {
		denials(volume({"hostPath": {"path": path}})) == {"volume images: host paths must lie below one of /var/lib/ward/images"}
	}
	denials(volume({"hostPath": {}})) == {"volume images: host paths must lie below one of /var/lib/ward/images"}
}

test_host_paths_are_mounted_read_only if {
	expected := {"container reader: the host path images must be mounted read-only"}
	denials(container_with({"volumeMounts": [{"name": "images", "mountPath": "/images"}]})) == expected
	denials(container_with({"volumeMounts": [{"name": "images", "mountPath": "/images", "readOnly": false}]})) == expected
}

test_claims_name_a_local_class if {
	denials(claim({"storageClassName": "imaging-local"})) == set()
	denials(claim({"storageClassName": "nfs"})) == {"storageClassName must be one of imaging-local"}
	denials(claim({})) == {"storageClassName must be one of imaging-local"}
}

claim(spec) := review("CREATE", {"kind": "PersistentVolumeClaim", "spec": spec})

test_persistent_volumes_are_local if {
	expected := {"imaging volumes must be of type local, or of a CSI driver that is known to be local"}
	denials(persistent({"local": {"path": "/disks/ct"}})) == set()
	denials(persistent({"csi": {"driver": "disk.csi.example"}})) == set()
	denials(persistent({"csi": {"driver": "nfs.csi.k8s.io"}})) == expected
	denials(persistent({"nfs": {"server": "10.0.0.1", "path": "/"}})) == expected
	denials(persistent({})) == expected
}

persistent(spec) := review("CREATE", {"kind": "PersistentVolume", "spec": spec})
