package hospital

decision := {"allow": count(reasons) == 0, "reasons": reasons}

reasons contains sprintf("%v is not a role", [input.role]) if not input.role in {"doctor", "nurse"}
