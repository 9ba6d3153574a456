/// Rego to begin with.
package enum RegoText {
    /// Modules that have most of the language between them.
    package static let seeds: [[UInt8]] = [wholeLanguage, oldDialect, comments].map { Array($0.utf8) }

    /// Words and signs of the language, and what is awkward to read.
    package static let words = [
        "package p\n", "import rego.v1\n", "import future.keywords.in\n", "default ", "else ", "every ", "some ", "not ", "with ", " as ",
        " if ", " contains ", " in ", "null", "true", "data", "input", "_", ":=", "==", "!=", "<=", "&", "|", "%", "{", "}", "[", "]", "(",
        ")", ",", ";", ":", ".", "\n", "\t", "\r\n", "\"", "`", "$\"", "$`", "\\u", "\\ud800", "\\{", "# METADATA\n", "#", "set()",
        "1e9999",
        "-0", "0x", "1.5", "\u{FEFF}", "\0", "\u{E9}", "\u{1F600}",
    ]

    private static let wholeLanguage = #"""
        # METADATA
        # title: all of it
        package medical.access["x-y"]

        import data.roles as r
        import input.user

        default allow := false
        default f(_) := {"a": [1, null, true]}

        # a comment, with ünïcödé
        allow if user.role == "doctor"

        allow if {
            some x in data.xs; x.y[_] > 1.5e3
            not deny[x] with input.a as 1 with data.b as [2]
            every k, v in {"a": 1} { k != v; startswith(k, `raw\n`) }
        } else := "maybe" if {
            count([y | y := input.ys[i]; i % 2 == 0]) >= (1 + 2) * -3
        } else := false

        deny contains msg if {
            msg := sprintf("%s \"quoted\" \u00e9", [{z | z = {1, 2} & {2} | set()}])
            "a", 1 in data.zs
        }
        deny contains "always"

        f(x, {"k": [y]}) := x - y if x > y
        a.b[c].d := {k: v | some k, v in c} if c := data.e[_].if
        p[q].s contains t if { t := $"sum {1 + 2} of {q}"; q := "\\" }
        pi := 3.14
        """#

    private static let oldDialect = #"""
        package old

        import future.keywords.in

        p[x] { x := {"a", "b"}[_] } { x := input.y }
        q[k] = v { v := data.z[k]; not p[v] }
        f(1)
        f([_, x]) = y { y = x } else = 2 { x in [1] }
        a.b["c-d"] = [f | f := input.if]
        """#

    private static let comments = """
        package c # one

        # two

        # three
        p := { # four
            "a": 1, # five
            # six
            "b": [ # seven
                2, 3, # eight
            ], # nine
        } # ten

        q if { # eleven
            x := f( # twelve
                1, # thirteen
                2
            ) # fourteen
            # fifteen
            y := [z | # sixteen
                z := 1 # seventeen
                z > 0
            ]
            # eighteen
        } else := 3 if { # nineteen
            true # twenty
        }
        """
}
