# Volumes: nothing with a remote end.
package kubernetes.admission

import rego.v1

# METADATA
# title: Volumes without a remote end
# description: What the kubelet itself makes on the node's disk or in its memory.
kubelet_volumes := {"configMap", "downwardAPI", "emptyDir", "projected", "secret"}

# METADATA
# title: Volumes that have rules of their own
judged_volumes := {"csi", "ephemeral", "hostPath", "persistentVolumeClaim"}

violation contains message if {
	some volume in pod.volumes
	some type, _ in volume
	type != "name"
	not type in kubelet_volumes
	not type in judged_volumes
	message := sprintf("volume %v: %v volumes are not local", [member(volume, "name"), type])
}

violation contains message if {
	some volume in pod.volumes
	driver := member(volume.csi, "driver")
	not known_driver(driver)
	message := sprintf("volume %v: the CSI driver %v is not known to be local", [member(volume, "name"), driver])
}

known_driver(name) if name in data.imaging.csi_drivers

violation contains message if {
	some volume in pod.volumes
	volume.ephemeral
	not local_template(volume.ephemeral)
	message := sprintf("volume %v: storageClassName must be one of %v", [member(volume, "name"), listed("storage_classes")])
}

local_template(source) if local_claim(source.volumeClaimTemplate)

local_claim(claim) if claim.spec.storageClassName in data.imaging.storage_classes

violation contains message if {
	some volume in pod.volumes
	volume.hostPath
	not permitted_host_path(volume)
	message := sprintf("volume %v: host paths must lie below one of %v", [member(volume, "name"), listed("host_paths")])
}

violation contains message if {
	some volume in pod.volumes
	volume.hostPath
	some container in containers
	some mount in container.spec.volumeMounts
	mount.name == volume.name
	not mount.readOnly == true
	message := sprintf("%v: the host path %v must be mounted read-only", [container.title, volume.name])
}

permitted_host_path(volume) if {
	path := volume.hostPath.path
	parts := split(path, "/")
	not ".." in parts
	some root in data.imaging.host_paths
	below(path, root)
}

# METADATA
# description: Whether a path or an image's name is a root or starts with it at a slash.
below(name, root) if startswith(concat("", [name, "/"]), concat("", [trim_suffix(root, "/"), "/"]))

violation contains message if {
	kind == "PersistentVolumeClaim"
	not local_claim(resource)
	message := sprintf("storageClassName must be one of %v", [listed("storage_classes")])
}

violation contains message if {
	kind == "PersistentVolume"
	not local_persistent_volume
	message := "imaging volumes must be of type local, or of a CSI driver that is known to be local"
}

local_persistent_volume if resource.spec.local.path

local_persistent_volume if known_driver(resource.spec.csi.driver)
