/// Workloads whose cost an engine's index, cache or reader decides.
enum LargeWorkloads {
    static let all: [Workload] = [
        SmallWorkloads.rolesWorkload(users: 10, name: "roles-10"), indexed(10), indexed(1000), indexedPrefix, comprehensionJoin,
        virtualDocuments, patterns,
        construction, functions, GatekeeperLibrary.containerLimits, ContextWorkloads.invariants, ContextWorkloads.modifiers,
        ContextWorkloads.replacements,
    ]

    /// Rules that differ in one string: found by an index, or tried one after another.
    static func indexed(_ count: Int) -> Workload {
        let rules = (0..<count).map { "allow if { input.action == \"action-\($0)\"; input.level > \($0 % 7) }" }
        return Workload(
            name: "rules-\(count)", summary: "\(count) rules that differ in one string",
            module: "package indexed\n\ndefault allow := false\n\n" + rules.joined(separator: "\n"),
            query: "data.indexed.allow", input: #"{"action": "action-\#(count - 1)", "level": 9}"#, answer: "true")
    }

    static let indexedPrefix: Workload = {
        let rules = (0..<200).map { "allow if { startswith(input.path, \"/service-\($0)/\"); input.method in {\"GET\", \"HEAD\"} }" }
        return Workload(
            name: "rules-prefix", summary: "200 rules that differ in a prefix",
            module: "package prefixes\n\ndefault allow := false\n\n" + rules.joined(separator: "\n"),
            query: "data.prefixes.allow", input: #"{"path": "/service-199/items/7", "method": "GET"}"#, answer: "true")
    }()

    static let comprehensionJoin: Workload = {
        let users = (0..<200).map { #"{"id": \#($0), "team": "team-\#($0 % 20)"}"# }
        let assets = (0..<200).map { #"{"owner": "team-\#($0 % 25)", "name": "asset-\#($0)"}"# }
        return Workload(
            name: "comprehension-join", summary: "assets grouped by owner, once for each of 200 users",
            module: """
                package grouped

                assets_of[user.id] := names if {
                    some user in input.users
                    names := {asset.name | some asset in input.assets; asset.owner == user.team}
                }
                """,
            query: "count(data.grouped.assets_of)",
            input: #"{"users": [\#(users.joined(separator: ","))], "assets": [\#(assets.joined(separator: ","))]}"#, answer: "200")
    }()

    static let virtualDocuments = Workload(
        name: "virtual-documents", summary: "a rule that twenty others read",
        module: """
            package layered

            base := {name: level | some name, level in input.levels}

            """ + (0..<20).map { "layer_\($0) if base.l\($0) > \($0)\n" }.joined() + """

                passed := count([1 | some layer in [\((0..<20).map { "layer_\($0)" }.joined(separator: ", "))]; layer])
                """,
        query: "data.layered.passed",
        input: #"{"levels": {\#((0..<20).map { "\"l\($0)\": \($0 + 1)" }.joined(separator: ","))}}"#, answer: "20")

    static let patterns: Workload = {
        let lines = (0..<100).map {
            #""2026-11-\#(10 + $0 % 20)T10:00:\#(10 + $0 % 50)Z level=\#($0 % 3 == 0 ? "error" : "info") user=u\#($0) path=/v1/x/\#($0)""#
        }
        return Workload(
            name: "patterns", summary: "a regular expression and string work over 100 lines of a log",
            module: """
                package patterns

                users contains user if {
                    some line in input.lines
                    regex.match(`level=(error|fatal)`, line)
                    fields := split(line, " ")
                    user := trim_prefix(fields[2], "user=")
                }
                """,
            query: "count(data.patterns.users)", input: #"{"lines": [\#(lines.joined(separator: ","))]}"#, answer: "34")
    }()

    static let construction = Workload(
        name: "construction", summary: "objects, arrays and a large document built and merged",
        module: """
            package built

            entries := {sprintf("k%d", [i]): {"index": i, "even": i % 2 == 0} | some i in numbers.range(1, 200)}

            result := object.union(entries, {"extra": [v.index | some v in entries; v.even]})
            """,
        query: "count(data.built.result)", answer: "201")

    static let functions = Workload(
        name: "functions", summary: "1,000 calls of small functions",
        module: """
            package functions

            clamp(x, low, high) := low if x < low

            clamp(x, low, high) := high if x > high

            clamp(x, low, high) := x if { x >= low; x <= high }

            result := sum([clamp(x, 250, 750) | some x in numbers.range(1, 1000)])
            """,
        query: "data.functions.result", answer: "500250")
}
