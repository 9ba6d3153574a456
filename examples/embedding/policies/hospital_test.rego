package hospital_test

import data.hospital

ann := {"user": "ann", "role": "doctor", "action": "write", "unit": "ct"}

test_on_call_writes if {
	hospital.decision.allow with input as ann with roster.on_call as {"ann"}
}

test_off_duty_reads_only if {
	hospital.reasons == {"only those on call may write"} with input as ann with roster.on_call as set()
	hospital.decision.allow with input as object.union(ann, {"action": "read"}) with roster.on_call as set()
}

test_strangers_are_refused if {
	hospital.reasons == {"clerk is not a role"} with input as object.union(ann, {"role": "clerk"}) with roster.on_call as {"ann"}
}
