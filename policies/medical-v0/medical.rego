# Who may use a medical image: the Rego v0 form that hospitals have in service. policies/medical holds the same policy in today's Rego.
#
# OPA and Ward read this file with --v0-compatible; `ward serve` with `policy.dialect: v0`.
package medical

# Nobody may, unless a rule below says so.
default allow = false

allow {
    doctor
    permitted_action
    local_image
    permitted_modality
}

doctor {
    input.user.role == "doctor"
}

doctor {
    input.user.roles[_] == "doctor"
}

permitted_action {
    actions := {"read", "inference"}
    actions[input.action]
}

# The gate says "local" only after it has opened the file and asked the kernel what it lies on.
local_image {
    input.data.location == "local"
}

permitted_modality {
    modalities := {"CT", "MR"}
    modalities[input.data.modality]
}
