package medical_test

import rego.v1

import data.medical

request(action, user, image) := {"action": action, "user": user, "data": image}

doctor := {"subject": "dr-weber", "role": "doctor", "roles": ["doctor"]}

ct := {"store": "ward-3", "path": "ct/1.dcm", "location": "local", "modality": "CT"}

mr := {"store": "ward-3", "path": "mr/1.dcm", "location": "local", "modality": "MR"}

test_doctor_infers_on_local_ct if medical.allow with input as request("inference", doctor, ct)

test_doctor_infers_on_local_mr if medical.allow with input as request("inference", doctor, mr)

test_doctor_reads_local_ct if medical.allow with input as request("read", doctor, ct)

test_one_of_several_roles_counts if {
	medical.allow with input as request("inference", {"roles": ["researcher", "doctor"]}, ct)
}

test_role_alone_counts if medical.allow with input as request("inference", {"role": "doctor"}, ct)

test_an_allowance_has_no_reasons if {
	medical.reasons == set() with input as request("inference", doctor, ct)
}

test_nurse_is_refused if {
	nurse := {"role": "nurse", "roles": ["nurse"]}
	not medical.allow with input as request("inference", nurse, ct)
	medical.reasons == {"only doctors may do this"} with input as request("inference", nurse, ct)
}

test_no_user_is_refused if not medical.allow with input as {"action": "inference", "data": ct}

test_remote_image_is_refused if {
	remote := object.union(ct, {"location": "remote"})
	not medical.allow with input as request("inference", doctor, remote)
	expected := {"the image is not known to lie on a local disk"}
	medical.reasons == expected with input as request("inference", doctor, remote)
}

test_unknown_location_is_refused if {
	not medical.allow with input as request("inference", doctor, {"modality": "CT"})
}

test_other_modality_is_refused if {
	ultrasound := object.union(ct, {"modality": "US"})
	not medical.allow with input as request("inference", doctor, ultrasound)
	medical.reasons == {"only CT and MR images may be used"} with input as request("inference", doctor, ultrasound)
}

test_no_modality_is_refused if {
	not medical.allow with input as request("inference", doctor, {"location": "local"})
}

test_other_action_is_refused if {
	not medical.allow with input as request("export", doctor, ct)
	medical.reasons == {"this action is not permitted"} with input as request("export", doctor, ct)
}

test_no_action_is_refused if not medical.allow with input as {"user": doctor, "data": ct}

test_empty_input_is_refused if {
	not medical.allow with input as {}
	count(medical.reasons) == 4 with input as {}
}

test_the_answer_is_false_not_undefined if medical.allow == false with input as {}

# A reason is missing exactly when its condition is met, so an allowance never carries one and a refusal always does.
test_reasons_are_empty_exactly_when_allowed if {
	actions := ["read", "inference", "export"]
	users := [doctor, {"roles": ["nurse"]}, {}]
	images := [ct, mr, {"location": "local", "modality": "US"}, {"location": "remote", "modality": "CT"}, {}]
	every action in actions {
		every user in users {
			every image in images {
				consistent(request(action, user, image))
			}
		}
	}
}

consistent(asked) if {
	medical.allow with input as asked
	count(medical.reasons) == 0 with input as asked
}

consistent(asked) if {
	not medical.allow with input as asked
	count(medical.reasons) > 0 with input as asked
}
