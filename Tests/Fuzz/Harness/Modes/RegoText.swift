import TestSupport

/// Rego to begin with.
package enum RegoText {
    /// Modules that have most of the language between them.
    package static let seeds: [[UInt8]] = [RegoSample.wholeLanguage, oldDialect, comments].map { Array($0.utf8) }

    /// Words and signs of the language, and what is awkward to read.
    package static let words = [
        "package p\n", "import rego.v1\n", "import future.keywords.in\n", "default ", "else ", "every ", "some ", "not ", "with ", " as ",
        " if ", " contains ", " in ", "null", "true", "data", "input", "_", ":=", "==", "!=", "<=", "&", "|", "%", "{", "}", "[", "]", "(",
        ")", ",", ";", ":", ".", "\n", "\t", "\r\n", "\"", "`", "$\"", "$`", "\\u", "\\ud800", "\\{", "# METADATA\n", "#", "set()",
        "1e9999",
        "-0", "0x", "1.5", "\u{FEFF}", "\0", "\u{E9}", "\u{1F600}",
    ]

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
