package kubernetes.admission_test

import rego.v1

import data.kubernetes.admission

secured(changes) := container_with({"securityContext": changes})

limited(limits) := created(object.union(pod, {"containers": [object.union(
	object.remove(container, ["resources"]),
	{"resources": {"limits": limits}},
)]}))

test_limits_are_required if {
	denials(limited({})) == {
		"container reader: resources.limits.cpu is missing",
		"container reader: resources.limits.memory is missing",
	}
}

test_limits_are_bounded if {
	denials(limited({"cpu": "2", "memory": "1Gi"})) == set()
	denials(limited({"cpu": 1, "memory": "1000Mi"})) == set()
	denials(limited({"cpu": "2001m", "memory": "1Gi"})) == {
		"container reader: resources.limits.cpu is 2001m; at most 2 is permitted",
	}
	denials(limited({"cpu": "2", "memory": "1025Mi"})) == {
		"container reader: resources.limits.memory is 1025Mi; at most 1Gi is permitted",
	}
}

test_limits_of_nothing_are_denied if {
	denials(limited({"cpu": "0", "memory": "1Gi"})) == {"container reader: resources.limits.cpu is 0; at most 2 is permitted"}
	denials(limited({"cpu": "1", "memory": "0"})) == {"container reader: resources.limits.memory is 0; at most 1Gi is permitted"}
}

test_unreadable_limits_are_denied if {
	denials(limited({"cpu": "lots", "memory": "1Gi"})) == {"container reader: resources.limits.cpu is lots; at most 2 is permitted"}
}

test_init_containers_are_judged if {
	init := object.union(container, {"name": "fetch", "image": "docker.io/library/busybox:1.36"})
	denials(pod_with({"initContainers": [init]})) == {
		"init container fetch: the image must come from one of registry.hospital.example/imaging",
	}
}

test_nameless_containers_are_judged if {
	nameless := object.remove(container, ["name", "resources"])
	count(denials(created(object.union(pod, {"containers": [nameless]})))) == 2
}

test_privileges_are_denied if {
	denials(secured({"privileged": true})) == {"container reader: privileged is not permitted"}
	denials(secured({"privileged": false})) == set()
	denials(secured({"allowPrivilegeEscalation": true})) == {
		"container reader: securityContext.allowPrivilegeEscalation must be false",
	}
	denials(secured({"readOnlyRootFilesystem": false})) == {
		"container reader: securityContext.readOnlyRootFilesystem must be true",
	}
	denials(secured({"capabilities": {"drop": ["NET_RAW"]}})) == {
		"container reader: securityContext.capabilities.drop must contain ALL",
	}
	denials(secured({"capabilities": {"add": ["SYS_ADMIN"]}})) == {"container reader: the capability SYS_ADMIN is not permitted"}
	denials(secured({"procMount": "Unmasked"})) == {"container reader: securityContext.procMount must be Default"}
	denials(secured({"procMount": "Default"})) == set()
}

test_missing_security_context_is_denied if {
	bare := object.remove(container, ["securityContext"])
	denials(created(object.union(pod, {"containers": [bare]}))) == {
		"container reader: securityContext.allowPrivilegeEscalation must be false",
		"container reader: securityContext.readOnlyRootFilesystem must be true",
		"container reader: securityContext.capabilities.drop must contain ALL",
	}
}

test_the_container_overrides_the_pod if {
	denials(secured({"runAsNonRoot": false})) == {
		"container reader: securityContext.runAsNonRoot must be true, here or on the pod",
	}
	denials(secured({"seccompProfile": {"type": "Unconfined"}})) == {
		"container reader: securityContext.seccompProfile must be RuntimeDefault or Localhost, here or on the pod",
	}
	denials(secured({"runAsUser": 0})) == {"container reader: runAsUser must not be 0"}
	denials(secured({"runAsUser": 65532})) == set()
}

test_the_pod_may_set_nothing if {
	bare := object.remove(pod, ["securityContext"])
	denials(created(bare)) == {
		"container reader: securityContext.runAsNonRoot must be true, here or on the pod",
		"container reader: securityContext.seccompProfile must be RuntimeDefault or Localhost, here or on the pod",
	}
}

test_images_come_from_known_registries if {
	expected := {"container reader: the image must come from one of registry.hospital.example/imaging"}
	every image in [
		"busybox:1.36",
		"imaging/reader:1",
		"docker.io/imaging/reader:1",
		"registry.hospital.example/other/reader:1",
		"registry.hospital.example/imaging-evil/reader:1",
		"evil.example/registry.hospital.example/imaging/reader:1",
		"localhost/imaging/reader:1",
	] {
		denials(container_with({"image": image})) == expected
	}
}

test_docker_hub_can_be_permitted_by_name if {
	hub := object.union(settings, {"registries": ["docker.io/library"]})
	admission.deny == set() with input as container_with({"image": "busybox:1.36"}) with data.imaging as hub
	admission.deny != set() with input as container_with({"image": "someone/busybox:1.36"}) with data.imaging as hub
}

test_moving_tags_are_denied if {
	name := "registry.hospital.example/imaging/reader"
	digest := "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	every suffix in ["", ":latest", ":", "@sha256:short", ":latest@sha1:0"] {
		image := concat("", [name, suffix])
		denials(container_with({"image": image})) == {
			sprintf("container reader: the image %v needs a digest or a tag other than latest", [image]),
		}
	}
	every suffix in [":1.4.2", concat("", ["@", digest]), concat("", [":latest@", digest])] {
		denials(container_with({"image": concat("", [name, suffix])})) == set()
	}
}

test_without_settings_nothing_is_admitted if {
	messages := admission.deny with input as created(pod) with data.imaging as {}
	messages == {
		"container reader: the image must come from one of data.imaging.registries, which names none",
		"data.imaging.limits must name the most cpu and memory that a container may have",
		"runtimeClassName must be one of data.imaging.runtime_classes, which names none",
		"volume images: host paths must lie below one of data.imaging.host_paths, which names none",
	}
}

test_without_settings_no_volume_class_is_known if {
	spec := {"kind": "PersistentVolumeClaim", "spec": {"storageClassName": "imaging-local"}}
	messages := admission.deny with input as review("CREATE", spec) with data.imaging as {}
	messages == {"storageClassName must be one of data.imaging.storage_classes, which names none"}
	some message in admission.deny with input as volume({"csi": {"driver": "disk.csi.example"}}) with data.imaging as {}
	message == "volume images: the CSI driver disk.csi.example is not known to be local"
}

test_warnings_do_not_deny if {
	sparse := object.remove(container, ["livenessProbe", "readinessProbe"])
	asked := created(object.union(object.remove(pod, ["automountServiceAccountToken"]), {"containers": [sparse]}))
	denials(asked) == set()
	warnings(asked) == {
		"container reader has no livenessProbe",
		"container reader has no readinessProbe",
		"automountServiceAccountToken should be false: imaging pods do not talk to the cluster",
	}
}
