#!/usr/bin/env python3
"""Writes a policy set of the size of a large organisation's: 575 policies, 575 files with tests of them, about 1,900 tests.

    python3 Tests/Benchmarks/large_test_set.py /tmp/large
    time ward test /tmp/large
"""
import argparse
import pathlib

POLICY = '''# METADATA
# title: Access to service {n}
# description: Who may do what with the resources of service {n}.
package services.team{t}.service{n}

import data.common.roles
import data.common.time_windows

default allow := false

allow if {{
	input.method == "GET"
	input.path == ["service{n}", "items", input.item]
	some role in roles.of(input.user)
	role in readers
}}

allow if {{
	input.method in {{"POST", "PUT", "PATCH"}}
	input.path[0] == "service{n}"
	some role in roles.of(input.user)
	role in writers
	count(violations) == 0
}}

allow if roles.is_admin(input.user)

readers := {{"reader", "writer", "auditor{t}"}}

writers := {{"writer", "owner{n}"}}

violations contains message if {{
	some field in required_fields
	not input.body[field]
	message := sprintf("field %q is missing", [field])
}}

violations contains message if {{
	some name, value in input.body
	is_string(value)
	count(value) > limits[name]
	message := sprintf("%s is longer than %d characters", [name, limits[name]])
}}

violations contains "the name has characters that are not allowed" if {{
	not regex.match(`^[a-z][a-z0-9-]*$`, input.body.name)
}}

required_fields := {{"name", "owner", "kind"}}

limits := {{"name": 40, "owner": 20, "kind": {limit}}}

summary := {{
	"service": "service{n}",
	"violations": count(violations),
	"window": time_windows.name(input.hour),
	"fields": [field | some field, _ in input.body],
}}
'''

TESTS = '''package services.team{t}.service{n}_test

import data.services.team{t}.service{n}

users := {{
	"alice": {{"name": "alice", "groups": ["reader"]}},
	"bob": {{"name": "bob", "groups": ["writer"]}},
	"root": {{"name": "root", "groups": ["admins"]}},
}}

body := {{"name": "item-{n}", "owner": "team{t}", "kind": "box"}}

test_reader_may_read if {{
	service{n}.allow with input as {{"method": "GET", "path": ["service{n}", "items", "a"], "item": "a", "user": users.alice}}
}}

test_reader_may_not_write if {{
	not service{n}.allow with input as {{"method": "POST", "path": ["service{n}"], "user": users.alice, "body": body}}
}}

test_writer_may_write if {{
	service{n}.allow with input as {{"method": "POST", "path": ["service{n}"], "user": users.bob, "body": body}}
}}
'''

MORE = '''
test_summary if {{
	got := service{n}.summary with input as {{"hour": 9, "body": object.union(body, {{"name": "NOT ALLOWED"}})}}
	got.violations == 1
	got.window == "day"
	got.fields == ["kind", "name", "owner"]
}}
'''

COMMON = {
    "roles.rego": '''package common.roles

of(user) := {group | some group in user.groups}

is_admin(user) if "admins" in of(user)
''',
    "time_windows.rego": '''package common.time_windows

name(hour) := "night" if hour < 6
else := "day" if hour < 20
else := "evening"
''',
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where the policies are written; made if there is none")
    root = parser.parse_args().folder
    (root / "common").mkdir(parents=True, exist_ok=True)
    for name, text in COMMON.items():
        (root / "common" / name).write_text(text)
    for n in range(574):
        team = root / f"team{n % 41}"
        team.mkdir(exist_ok=True)
        values = {"n": n, "t": n % 41, "limit": 10 + n % 7}
        (team / f"service{n}.rego").write_text(POLICY.format(**values))
        more = MORE.format(**values) if n % 3 == 0 else ""
        (team / f"service{n}_test.rego").write_text(TESTS.format(**values) + more)


main()
