/// Modules that tests start from.
package enum RegoSample {
    /// A module with most of the language in it.
    package static let wholeLanguage = #"""
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
}
