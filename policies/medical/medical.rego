# METADATA
# title: Use of medical images
# description: |
#   Doctors may read CT and MR images that lie on a local disk, and run inference on them. Nobody else may do anything.
#   Whatever is missing from `input` refuses: every rule states what must be there.
# custom:
#   input:
#     action: what is asked for, `read` or `inference`
#     user: the verified caller, `role` (when there is exactly one) and `roles`
#     data: the image as the gate found it, `location` and `modality` among it
package medical

import rego.v1

# METADATA
# title: The decision
# description: Whether the caller may do what it asks for. `false`, never undefined, when it may not.
# entrypoint: true
default allow := false

allow if {
	doctor
	permitted_action
	local_image
	permitted_modality
}

# METADATA
# title: Why not
# description: One sentence for each condition that is not met; empty exactly when `allow` is true. They name no image and no person.
# entrypoint: true
reasons contains "only doctors may do this" if not doctor

reasons contains "this action is not permitted" if not permitted_action

reasons contains "the image is not known to lie on a local disk" if not local_image

reasons contains "only CT and MR images may be used" if not permitted_modality

# METADATA
# title: Doctors
# description: The verified token gives the caller the role `doctor`, alone or among others.
doctor if input.user.role == "doctor"

doctor if "doctor" in input.user.roles

# METADATA
# title: Actions
# description: Looking at an image, and running a model on it.
permitted_action if input.action in {"read", "inference"}

# METADATA
# title: Locality
# description: The gate says `local` only after it has opened the file and asked the kernel what it lies on.
local_image if input.data.location == "local"

# METADATA
# title: Modalities
# description: Taken from the DICOM header, not from the request.
permitted_modality if input.data.modality in {"CT", "MR"}
