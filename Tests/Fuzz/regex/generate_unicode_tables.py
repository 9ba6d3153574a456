#!/usr/bin/env python3
"""Writes Sources/LinearRegex/Unicode/UnicodeData.swift from Unicode 15.0 (the version of Go 1.25).

Needs `pip install unicodedata2==15.0.0 fonttools==4.40.0`; run from the repository's root.
"""
import unicodedata2 as ucd
import fontTools.unicodedata as ftu

assert ucd.unidata_version == "15.0.0"
LAST = 0x10FFFF
CATEGORIES = "Cc Cf Cn Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs".split()


def digits(n):
    """Little-endian base 32, one printable character a digit, 32 added to every digit but the last."""
    out = ""
    while n >= 32:
        out += chr(35 + 32 + (n & 31))
        n >>= 5
    return out + chr(35 + n)


def runs(of):
    start, current = 0, of(0)
    for c in range(1, LAST + 2):
        k = of(c) if c <= LAST else None
        if k != current:
            yield start, c - start, current
            start, current = c, k


categories = "".join(chr(35 + CATEGORIES.index(k)) + digits(n) for _, n, k in runs(lambda c: ucd.category(chr(c))))

NAMES = {code: ftu.script_name(code).replace(" ", "_") for code in set(ftu.Scripts.VALUES)}
NAMES["Nkoo"] = "Nko"
NAMES["Phag"] = "Phags_Pa"
codes = sorted((c for c in NAMES if c != "Zzzz"), key=lambda c: NAMES[c])
index = {c: i + 1 for i, c in enumerate(codes)}
index["Zzzz"] = 0
scripts = "".join(digits(index[k]) + digits(n) for _, n, k in runs(lambda c: ftu.script(chr(c))))


def key(c):
    """The representative of a case orbit: simple lower of simple upper."""
    if c in (0x130, 0x131):
        return c
    u = chr(c).upper()
    u = u if len(u) == 1 else chr(c)
    low = u.lower()
    return ord(low) if len(low) == 1 else ord(u)


folds, previous = "", 0
pairs = [(c, key(c)) for c in range(LAST + 1) if not 0xD800 <= c < 0xE000 and key(c) != c]
i = 0
while i < len(pairs):
    c, k = pairs[i]
    stride = pairs[i + 1][0] - c if i + 1 < len(pairs) else 1
    n = 1
    while stride <= 2 and i + n < len(pairs) and pairs[i + n] == (c + n * stride, k + n * stride):
        n += 1
    if n == 1:
        stride = 1
    delta = k - c
    folds += digits(c - previous) + digits(stride) + digits(n) + digits(delta * 2 if delta >= 0 else -delta * 2 - 1)
    previous = c
    i += n


def literal(name, doc, text):
    assert "\\#" not in text, "an escape of the raw literal"
    lines = [text[i : i + 124] for i in range(0, len(text), 124)]
    body = "\\#\n".join("        " + line for line in lines)
    return f'    /// {doc}\n    static let {name}: StaticString = #"""\n{body}\n        """#\n'


def string_list(name, doc, values):
    text, line = "", "       "
    for v in values:
        item = f" {v}"
        if len(line) + len(item) > 136:
            text += line + " \\\n"
            line = "       "
        line += item
    return f'    /// {doc}\n    static let {name}: StaticString = """\n{text}{line}\n        """\n'


with open("Sources/LinearRegex/Unicode/UnicodeData.swift", "w") as f:
    f.write("// Written by Tests/Fuzz/regex/generate_unicode_tables.py; Unicode 15.0.\n\n")
    f.write("/// Unicode's categories, scripts and simple case folding, packed as text so that they cost nothing until they are used.\n")
    f.write("enum UnicodeData {\n")
    f.write(string_list("categoryNames", "General categories, in the order of their numbers.", CATEGORIES) + "\n")
    f.write(string_list("scriptNames", "Scripts, in the order of their numbers, which start at 1; 0 is no script.", [NAMES[c] for c in codes]) + "\n")
    f.write(literal("categories", "Runs over all scalars: category, length.", categories) + "\n")
    f.write(literal("scripts", "Runs over all scalars: script, length.", scripts) + "\n")
    f.write(literal("folds", "Runs of scalars that are not their fold: gap to the last start, stride, count, zigzag delta.", folds))
    f.write("}\n")
print(len(categories), len(scripts), len(folds), len(pairs))
