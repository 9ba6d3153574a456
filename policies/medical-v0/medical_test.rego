package medical_test

import data.medical

request(action, user, image) = {"action": action, "user": user, "data": image}

doctor = {"subject": "dr-weber", "role": "doctor", "roles": ["doctor"]}

ct = {"store": "ward-3", "path": "ct/1.dcm", "location": "local", "modality": "CT"}

mr = {"store": "ward-3", "path": "mr/1.dcm", "location": "local", "modality": "MR"}

test_doctor_infers_on_local_ct {
    medical.allow with input as request("inference", doctor, ct)
}

test_doctor_infers_on_local_mr {
    medical.allow with input as request("inference", doctor, mr)
}

test_doctor_reads_local_ct {
    medical.allow with input as request("read", doctor, ct)
}

test_one_of_several_roles_counts {
    medical.allow with input as request("inference", {"roles": ["researcher", "doctor"]}, ct)
}

test_role_alone_counts {
    medical.allow with input as request("inference", {"role": "doctor"}, ct)
}

test_nurse_is_refused {
    not medical.allow with input as request("inference", {"role": "nurse", "roles": ["nurse"]}, ct)
}

test_no_user_is_refused {
    not medical.allow with input as {"action": "inference", "data": ct}
}

test_remote_image_is_refused {
    not medical.allow with input as request("inference", doctor, object.union(ct, {"location": "remote"}))
}

test_unknown_location_is_refused {
    not medical.allow with input as request("inference", doctor, {"modality": "CT"})
}

test_other_modality_is_refused {
    not medical.allow with input as request("inference", doctor, object.union(ct, {"modality": "US"}))
}

test_no_modality_is_refused {
    not medical.allow with input as request("inference", doctor, {"location": "local"})
}

test_other_action_is_refused {
    not medical.allow with input as request("export", doctor, ct)
}

test_no_action_is_refused {
    not medical.allow with input as {"user": doctor, "data": ct}
}

test_empty_input_is_refused {
    not medical.allow with input as {}
}

test_the_answer_is_false_not_undefined {
    medical.allow == false with input as {}
}
