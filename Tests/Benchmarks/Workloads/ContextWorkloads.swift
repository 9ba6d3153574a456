/// Workloads whose cost is decided by what an engine finds out once: what a loop's entries have in common, and what a `with` leaves as it is.
enum ContextWorkloads {
    static let invariants: Workload = {
        let containers = (0..<200).map { index in
            #"{"name": "c\#(index)", "image": "registry/\#(index % 3 == 0 ? "imaging" : "other")/app-\#(index)", "memory": \#(index * 7 % 400)}"#
        }
        return Workload(
            name: "loop-invariants", summary: "200 containers checked against what the whole review says",
            module: """
                package invariants

                violation contains container.name if {
                    some container in input.review.object.spec.containers
                    container.memory > limit(input.review.object.metadata.labels.tier, input.review.operation)
                    startswith(container.image, concat("/", ["registry", lower(input.review.object.metadata.namespace), ""]))
                    count(input.review.object.metadata.labels) > 1
                    not container.name in {name | some name in data.exempt[input.review.object.metadata.namespace]}
                    every label in object.keys(input.review.object.metadata.labels) { label != container.name }
                }

                limit(tier, operation) := data.limits[tier][lower(operation)]
                """,
            query: "count(data.invariants.violation)",
            data: #"{"limits": {"gold": {"create": 100}}, "exempt": {"Imaging": ["c3", "c6", "c9", "c300"]}}"#,
            input: """
                {"review": {"operation": "CREATE", "object": {"metadata": {"namespace": "Imaging", "labels": {"tier": "gold", "app": "viewer"}},
                "spec": {"containers": [\(containers.joined(separator: ","))]}}}}
                """)
    }()

    static let modifiers: Workload = {
        let others = (0..<300).map { #""field\#($0)": \#($0)"# }
        let modified = (0..<30).map { "with input.user.field\($0 * 7) as role" }
        return Workload(
            name: "with-modifiers", summary: "30 modifiers on each of ten expressions, over an object of 300 entries",
            module: """
                package modified

                allow if {
                    input.user.field0 == input.user.field203
                    input.user.field1 < 2
                    names["field77"]
                }

                names contains name if some name, _ in input.user

                passed := count([role | some role in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]; allow \(modified.joined(separator: " "))])
                """,
            query: "data.modified.passed", input: #"{"user": {\#(others.joined(separator: ","))}}"#, answer: "10")
    }()

    static let replacements = Workload(
        name: "with-documents", summary: "a decision for each of 50 inputs, over rules that need none of what is replaced",
        module: """
            package replaced

            groups[role] contains user if { some user, roles in input.directory; some role in roles }

            allow if { input.request.user in groups[input.request.role] }

            passed := count([user | some user in numbers.range(1, 50)
                allow with input.request.user as sprintf("u%d", [user]) with input.request.role as "reader"])
            """,
        query: "data.replaced.passed",
        input: #"{"directory": {\#((0..<100).map { "\"u\($0)\": [\"reader\", \"group\($0 % 7)\"]" }.joined(separator: ","))}}"#,
        answer: "50")
}
