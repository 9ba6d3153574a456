#!/usr/bin/env python3
"""Compares LinearRegex with RE2 on random patterns and texts: all spans of all groups of all matches.

Usage: differential.py [cases] [seed]; needs `pip install google-re2` and swiftc. Exits 1 when anything differs.
"""
import os, random, subprocess, sys, tempfile, glob
import re2

CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
rng = random.Random(SEED)

ATOMS = ["a", "b", "c", "k", "S", "é", "ß", "中", ".", r"\d", r"\w", r"\s", r"\W", r"\D", r"\S", "[ab]", "[^a]", "[a-c]", "[^b-é]",
         "[[:alpha:]]", "[[:^space:]]", r"\pL", r"\p{Greek}", r"\PN", r"\x61", r"\x{4e2d}", r"\Qa.b\E", r"\.", "x", "[é-中]", r"[\d-]",
         r"[^\S\n]", "(?i:k)", "(?i:s)", "(?i:É)", "(?i:[a-c])", "(?s:.)", r"\n", "\n"]
ASSERTIONS = ["^", "$", r"\b", r"\B", r"\A", r"\z", "(?m:^)", "(?m:$)"]
REPEATS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{0}", "{1,3}?", "{2,}?"]
TEXT = list("aabbcckKſsS éßẞ中αx.-_01\n ") + ["\u212a", "😀", "É"]


def pattern(depth):
    kind = rng.random()
    if depth == 0 or kind < 0.35:
        return rng.choice(ATOMS) if rng.random() < 0.85 else rng.choice(ASSERTIONS)
    if kind < 0.55:
        return "".join(pattern(depth - 1) for _ in range(rng.randint(0, 4)))
    if kind < 0.7:
        return "(?:" + "|".join(pattern(depth - 1) for _ in range(rng.randint(1, 3))) + ")"
    if kind < 0.85:
        return rng.choice(["(", "(?:", "(?P<n%d>" % rng.randrange(10**6), "(?i:", "(?U:", "(?s-i:"]) + pattern(depth - 1) + ")"
    return "(?:" + pattern(depth - 1) + ")" + rng.choice(REPEATS)


def text():
    return "".join(rng.choice(TEXT) for _ in range(rng.choice([0, 1, 3, 8, 20, 60])))


def expected(p, t):
    options = re2.Options()
    options.log_errors = False
    options.never_nl = False
    options.max_mem = 1 << 26
    try:
        r = re2.compile(p.encode(), options)
    except re2.error as e:
        return "error", str(e)
    # RE2's library steps by bytes through bytes; Go's steps by characters, so the loop is spelled out here.
    b = t.encode()
    out, pos, prev = [], 0, -1
    while pos <= len(b):
        m = r.search(b, pos)
        if not m:
            break
        lo, hi = m.span()
        accept = True
        if hi == pos:
            accept = lo != prev
            pos += 1
            while pos < len(b) and b[pos] & 0xC0 == 0x80:
                pos += 1
        else:
            pos = hi
        prev = hi
        if accept:
            spans = [m.span(i) for i in range(r.groups + 1)]
            out.append(",".join("." if s[0] < 0 else "%d-%d" % s for s in spans))
    return "ok", ";".join(out)


with tempfile.TemporaryDirectory() as scratch:
    binary = os.path.join(scratch, "driver")
    sources = glob.glob(ROOT + "/Sources/LinearRegex/**/*.swift", recursive=True)
    subprocess.run(["swiftc", "-O", "-swift-version", "6", "-package-name", "ward", "-parse-as-library", "-o", binary,
                    os.path.join(ROOT, "Tests/Fuzz/regex/driver.swift"), *sources], check=True)
    cases = [(pattern(4), text()) for _ in range(CASES)]
    feed = "".join(p.encode().hex() + "\n" + t.encode().hex() + "\n" for p, t in cases)
    answers = subprocess.run([binary], input=feed, capture_output=True, text=True, check=True).stdout.splitlines()

differences = errors = matches = skipped = 0
for (p, t), answer in zip(cases, answers, strict=True):
    word, _, rest = answer.partition(" ")
    kind, spans = expected(p, t)
    if r"\B" in p and not t.isascii():
        skipped += 1  # RE2 finds \B inside of a character; Go does not.
        continue
    if kind == "error" or word == "error":
        errors += 1
        if kind != word and "bad repetition operator" not in spans and "too large" not in spans:
            differences += 1
            print(repr(p), "| RE2:", kind, spans, "| ours:", answer)
        continue
    matches += spans != ""
    if word != "ok" or spans != rest:
        differences += 1
        if differences <= 20:
            print(repr(p), repr(t), "| RE2:", spans, "| ours:", answer)
print(f"seed {SEED}: {CASES} cases, {matches} with matches, {errors} errors, {skipped} skipped, {differences} differences")
sys.exit(1 if differences else 0)
