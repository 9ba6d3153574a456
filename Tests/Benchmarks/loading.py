#!/usr/bin/env python3
"""How long Ward takes to start, to compile many modules and to load much data, and how much memory it needs; beside OPA, if there is one.

    Tests/Benchmarks/loading.py --ward .build/release/ward [--opa opa | --peer PROGRAM] [--only starts|modules|data|files] [--megabytes 100]

PROGRAM reads requests as JSON, one a line: {"op": "eval", "modules": {name: text}, "query": …, "data": …}. Times are those of the whole
process, of which the processor's time is the steadier one on a machine that others use too; every answer is checked.
"""
import argparse
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

MODULE = '''package bench.team{team}.service{n}

import data.bench.team{next_team}.service{next} as other

default allow := false

allow if {{
	input.method == "GET"
	input.path[0] == "service{n}"
	some role in input.user.roles
	role in readers
}}

allow if {{
	input.method in {{"POST", "PUT"}}
	count(violations) == 0
	not other.readers["guest"]
}}

readers := {{"reader", "writer", "auditor{n}"}}

violations contains message if {{
	some field in ["name", "owner", "kind"]
	not input.body[field]
	message := sprintf("field %q is missing from %d", [field, {n}])
}}

violations contains message if {{
	some name, value in input.body
	is_string(value)
	count(value) > limit(name)
	message := concat(" ", [name, "is too long"])
}}

limit(name) := 40 if name == "name"
else := 20 if name == "owner"
else := {n}
'''

# One package in as many files as there are rules: whatever looks through all modules of a package for each of them shows.
SPLIT = "package bench.split\n\nr{n} := x if {{ x := data.bench.n[{n}] }}\n\ns{n} if r{n} > 3\n"


def module_set(count):
    return {f"m{n}.rego": MODULE.format(n=n, team=n % 20, next=max(n - 1, 0), next_team=max(n - 1, 0) % 20) for n in range(count)}


def split_set(count):
    return {f"s{n}.rego": SPLIT.format(n=n) for n in range(count)}


def documents(size):
    """Makers of documents of about `size` bytes of JSON text, by what they hold."""
    pick = random.Random(1)
    roles = ["doctor", "nurse", "radiologist", "admin", "physicist"]
    return {
        "objects": lambda: [{"id": f"user-{n:06}", "role": pick.choice(roles), "age": pick.randrange(20, 80), "active": pick.random() < 0.5,
                             "groups": [f"g{pick.randrange(500)}" for _ in range(3)], "mail": f"u{n}@example.org"}
                            for n in range(size // 122)],
        "role table": lambda: {f"user{n}": [pick.choice(roles)] for n in range(size // 26)},
        "strings": lambda: [f"{pick.getrandbits(128):032x}" for _ in range(size // 35)],
        "integers": lambda: [pick.randrange(10 ** 9) for _ in range(size // 10)],
        "fractions": lambda: [pick.randrange(1, 10 ** 7) / 10 ** 4 for _ in range(size // 9)],
    }


def write_document(make, path):
    """Writes a document and returns its number of entries. In a process of its own: what a process needs counts for those it starts."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        document = make()
        pathlib.Path(path).write_text(json.dumps({"d": document}, separators=(",", ":")))
        os.write(writing, str(len(document)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        count = int(pipe.read())
    os.waitpid(child, 0)
    return count


def measure(command, text=None):
    """Runs a command; returns milliseconds on the clock, milliseconds of the processor, peak memory in MB, and its output."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if text is not None:
        process.stdin.write(text)
    process.stdin.close()
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = (time.perf_counter() - began) * 1000
    process.returncode = status
    if status:
        sys.exit(f"{' '.join(command)[:200]}: exit status {status >> 8}")
    return wall, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1000, output


class Engines:
    """Ward and, if there is one, OPA: each evaluates a query over the same files."""

    def __init__(self, arguments):
        self.ward, self.opa, self.peer = arguments.ward, arguments.opa, arguments.peer

    def ask(self, query, folder, flag="-d", answer=None):
        """The figures of each engine for one query over a folder's modules and data, or a bundle's with the flag `-b`; their answers must
        agree, and be `answer` if there is one."""
        figures, answers = {}, {} if answer is None else {"known": answer}
        *figures["ward"], output = measure([self.ward, "eval", flag, folder, query])
        answers["ward"] = json.loads(output)["result"][0]["expressions"][0]["value"]
        if self.opa:
            *figures["opa"], output = measure([self.opa, "eval", flag, folder, query])
            answers["opa"] = json.loads(output)["result"][0]["expressions"][0]["value"]
        elif self.peer and flag == "-d" and len(list(pathlib.Path(folder).rglob("*.json"))) < 2:
            files = sorted(pathlib.Path(folder).iterdir())
            request = {"op": "eval", "query": query, "modules": {f.name: f.read_text() for f in files if f.suffix == ".rego"}}
            data = [f.read_text() for f in files if f.suffix == ".json"]
            text = json.dumps(request)[:-1] + (', "data": ' + data[0] if data else "") + "}\n"
            *figures["opa"], output = measure([self.peer], text.encode())
            answers["opa"] = json.loads(output)["result"][0]["expressions"][0]["value"]
        if any(answer != answers["ward"] for answer in answers.values()):
            sys.exit(f"{query} over {folder}: {answers}")
        return figures


def show(title, figures, more=""):
    ward = figures["ward"]
    text = f"{title:40} ward {ward[0]:8.1f} ms, processor {ward[1]:8.1f} ms, {ward[2]:6.0f} MB{more}"
    if "opa" in figures:
        opa = figures["opa"]
        text += f"   OPA {opa[0]:8.1f} ms, processor {opa[1]:8.1f} ms, {opa[2]:6.0f} MB   processor's time x{opa[1] / ward[1]:.1f}"
    print(text, flush=True)


def write(folder, files):
    for name, text in files.items():
        (pathlib.Path(folder) / name).write_text(text)


def starts(engines):
    command = [engines.ward, "eval", "-d", "policies/medical-v0/medical.rego", "--v0-compatible", "-i",
               "examples/inputs/medical/doctor-local-ct.json", "-f", "raw", "data.medical.allow"]
    runs = [measure(command) for _ in range(50)]
    if any(run[3].strip() != b"true" for run in runs):
        sys.exit("the first decision is wrong")
    for name, column in (("clock", 0), ("processor", 1)):
        times = [run[column] for run in runs]
        print(f"first decision, {name:12} fastest {min(times):.2f} ms, median {statistics.median(times):.2f} ms")
    with tempfile.TemporaryDirectory() as folder:
        write(folder, {"m.rego": "package bench\n\nallow if 1 < 2\n"})
        show("a start", engines.ask("data.bench.allow", folder))


def modules(engines):
    for title, make, query in (("modules", module_set, "data.bench.team7.service7.limit(\"kind\")"),
                               ("modules of one package", split_set, "count(data.bench.split) >= 0")):
        for count in (1000, 2000, 4000):
            with tempfile.TemporaryDirectory() as folder:
                write(folder, make(count))
                show(f"{count} {title}", engines.ask(query, folder))


def data(engines, megabytes):
    for title, make in documents(megabytes * 1_000_000).items():
        with tempfile.TemporaryDirectory() as folder:
            count = write_document(make, f"{folder}/data.json")
            bytes_ = os.path.getsize(f"{folder}/data.json")
            metrics = json.loads(measure([engines.ward, "eval", "--metrics", "-i", f"{folder}/data.json", "count(input.d)"])[3])
            if metrics["result"][0]["expressions"][0]["value"] != count:
                sys.exit(f"{title}: not all was read")
            rate = bytes_ / metrics["metrics"]["timer_rego_input_parse_ns"] * 1000
            show(f"{bytes_ / 1e6:.0f} MB of {title}", engines.ask("count(data.d)", folder),
                 f" at its peak; {resident(engines.ward, folder) * 1e6 / bytes_:.1f} times the text stay; as input {rate:.0f} MB/s")


def layouts(make, parts):
    """A document in one file and in many: by name, the files' paths with what makes their content, and a query for the number of entries."""
    document = make()
    entries = list(document.items()) if isinstance(document, dict) else document
    ranges = [(len(entries) * n // parts, len(entries) * (n + 1) // parts) for n in range(parts)]
    pieces = [type(document)(entries[first:last]) for first, last in ranges]
    named = {f"p{n}": piece for n, piece in enumerate(pieces)}
    total = "sum([count(x) | some x in data.d])"
    yield "one file", {"data.json": {"d": named}}, total
    yield f"{parts} files", {f"f{n}.json": {"d": {name: piece}} for n, (name, piece) in enumerate(named.items())}, total
    yield f"{parts} folders", {f"d/{name}/data.json": piece for name, piece in named.items()}, total
    yield "a bundle", {f"d/{name}/data.json": piece for name, piece in named.items()}, total
    if isinstance(document, dict):
        yield "one file, one object", {"data.json": {"d": document}}, "count(data.d)"
        yield f"{parts} files, one object", {f"f{n}.json": {"d": piece} for n, piece in enumerate(pieces)}, "count(data.d)"


def files(engines, megabytes, parts=10):
    """The same document in one file, in several and in a bundle: what is merged should cost what one file costs."""
    makers = documents(megabytes * 1_000_000)
    for title in ("objects", "role table"):
        with tempfile.TemporaryDirectory() as folder:
            # In a process of its own, as in `write_document`.
            child = os.fork()
            if child == 0:
                plans = []
                for number, (name, contents, query) in enumerate(layouts(makers[title], parts)):
                    size, place = 0, pathlib.Path(folder) / str(number)
                    for path, content in contents.items():
                        text = json.dumps(content, separators=(",", ":"))
                        size += len(text)
                        (place / path).parent.mkdir(parents=True, exist_ok=True)
                        (place / path).write_text(text)
                    if name == "a bundle":
                        with tarfile.open(f"{place}.tar.gz", "w:gz", compresslevel=1) as archive:
                            archive.add(place, ".")
                    plans.append((name, f"{place}.tar.gz" if name == "a bundle" else str(place), query, size))
                count = len(makers[title]())
                (pathlib.Path(folder) / "plans.json").write_text(json.dumps([plans, count]))
                os._exit(0)
            os.waitpid(child, 0)
            plans, count = json.loads((pathlib.Path(folder) / "plans.json").read_text())
            for name, place, query, size in plans:
                flag = "-b" if name == "a bundle" else "-d"
                show(f"{size / 1e6:.0f} MB of {title}, {name}", engines.ask(query, place, flag, count),
                     f" at its peak; {resident(engines.ward, place, flag) * 1e6 / size:.1f} times the text stay")


def resident(ward, folder, flag="-d"):
    """Megabytes that stay in memory once a folder's data are loaded: those of a session that waits for its first line."""
    process = subprocess.Popen([ward, "repl"] + (["-b"] if flag == "-b" else []) + [folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdin.write(b"1\n")
    process.stdin.flush()
    process.stdout.readline()
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    process.stdin.close()
    process.wait()
    process.stdout.close()
    return int(re.search(r"RssAnon:\s+(\d+)", status)[1]) / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ward", default=str(ROOT / ".build/release/ward"))
    parser.add_argument("--opa")
    parser.add_argument("--peer")
    parser.add_argument("--only", choices=["starts", "modules", "data", "files"])
    parser.add_argument("--megabytes", type=int, default=100)
    arguments = parser.parse_args()
    engines = Engines(arguments)
    if arguments.only in (None, "starts"):
        starts(engines)
    if arguments.only in (None, "modules"):
        modules(engines)
    if arguments.only in (None, "data"):
        data(engines, arguments.megabytes)
    if arguments.only in (None, "files"):
        files(engines, arguments.megabytes)


main()
