/// The workloads of the prototype that the design was chosen with: `a` to `e` of its figures.
enum SmallWorkloads {
    static let all: [Workload] = [rbac, gatekeeper, aggregates, join, roles, strings]

    static let rbac = Workload(
        name: "a-rbac", summary: "role-based access, 125-byte input",
        module: """
            package rbac

            default allow := false

            allow if {
                input.method == "GET"
                input.user.role == "doctor"
                input.path[0] == "images"
            }

            allow if {
                input.user.role == "admin"
            }
            """,
        query: "data.rbac.allow",
        input: #"{"user": {"name": "alice", "role": "doctor", "id": 1017}, "method": "GET", "path": ["images", "ct", "1.2.840.1"]}"#,
        answer: "true", target: 70)

    static let gatekeeper: Workload = {
        let containers = (0..<10).map { index in
            """
            {"name": "c\(index)", "image": "\(index % 3 == 0 ? "docker.io" : "registry.hospital.local")/team/app-\(index):1.\(index)",
             "imagePullPolicy": "IfNotPresent", "command": ["/bin/app", "--port", "\(8000 + index)"],
             "ports": [{"containerPort": \(8000 + index), "protocol": "TCP", "name": "http"}],
             "env": [{"name": "LEVEL", "value": "info"}, {"name": "REGION", "value": "eu-central-1"}],
             "securityContext": {"privileged": \(index == 4), "runAsNonRoot": true},
             "resources": {"limits": {"cpu": \(index % 4 == 0 ? 8 : 1), "memory": \(1 << (20 + index))}, "requests": {"cpu": 1, "memory": 1048576}}}
            """
        }
        return Workload(
            name: "b-gatekeeper", summary: "five Gatekeeper-style rules over a pod of ten containers",
            module: """
                package gatekeeper

                violation contains {"msg": msg} if {
                    provided := {label | input.review.object.metadata.labels[label]}
                    required := {"app", "owner", "stage"}
                    missing := required - provided
                    count(missing) > 0
                    msg := sprintf("you must provide labels: %v", [missing])
                }

                violation contains {"msg": msg} if {
                    some container in input.review.object.spec.containers
                    container.resources.limits.cpu > 4
                    msg := sprintf("container <%v> has a cpu limit of <%v>", [container.name, container.resources.limits.cpu])
                }

                violation contains {"msg": msg} if {
                    some container in input.review.object.spec.containers
                    container.resources.limits.memory > 268435456
                    msg := sprintf("container <%v> has a memory limit of <%v>", [container.name, container.resources.limits.memory])
                }

                violation contains {"msg": msg} if {
                    some container in input.review.object.spec.containers
                    container.securityContext.privileged
                    msg := sprintf("container <%v> is privileged", [container.name])
                }

                violation contains {"msg": msg} if {
                    some container in input.review.object.spec.containers
                    not trusted(container.image)
                    msg := sprintf("container <%v> has an invalid image repo <%v>", [container.name, container.image])
                }

                trusted(image) if startswith(image, "registry.hospital.local/")
                """,
            query: "data.gatekeeper.violation",
            input: """
                {"review": {"kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "object": {"metadata":
                {"name": "pod", "namespace": "imaging", "labels": {"app": "viewer", "tier": "web"}}, "spec": {"containers":
                [\(containers.joined(separator: ","))]}}}}
                """,
            target: 30)
    }()

    static let aggregates: Workload = {
        var generator = Generator(seed: 1)
        let numbers = (0..<1000).map { _ in String(generator.next(below: 1000)) }
        return Workload(
            name: "c1-aggregates", summary: "sum, count and a filtering comprehension over 1,000 integers",
            module: """
                package aggregates

                result := {"sum": sum(input.numbers), "count": count(input.numbers), "large": count([x | some x in input.numbers; x > 500])}
                """,
            query: "data.aggregates.result", input: #"{"numbers": [\#(numbers.joined(separator: ","))]}"#, target: 85)
    }()

    static let join: Workload = {
        var generator = Generator(seed: 2)
        let left = (0..<100).map { #"{"id": "id-\#($0)", "name": "n\#($0)"}"# }
        let right = (0..<100).map { _ in #"{"ref": "id-\#(generator.next(below: 200))", "size": \#(generator.next(below: 50))}"# }
        return Workload(
            name: "c2-join", summary: "a nested join of 100 by 100 objects into a set",
            module: """
                package joined

                matched contains x.id if {
                    some x in input.left
                    some y in input.right
                    x.id == y.ref
                }
                """,
            query: "data.joined.matched",
            input: #"{"left": [\#(left.joined(separator: ","))], "right": [\#(right.joined(separator: ","))]}"#,
            target: 85)
    }()

    static let roles = rolesWorkload(users: 10_000, name: "d-roles")

    static func rolesWorkload(users: Int, name: String) -> Workload {
        let names = ["reader", "writer", "auditor", "doctor", "nurse", "admin"]
        var generator = Generator(seed: 3)
        let entries = (0..<users).map { index in
            let first = names[generator.next(below: 3)]
            let second = names[3 + generator.next(below: 3)]
            return #""user\#(index)": ["\#(first)", "\#(index == users / 2 ? "doctor" : second)"]"#
        }
        return Workload(
            name: name, summary: "a role looked up among \(users) users of the base data",
            module: """
                package roles_check

                default allow := false

                allow if {
                    some role in data.roles[input.user]
                    role == input.role
                }
                """,
            query: "data.roles_check.allow",
            data: #"{"roles": {\#(entries.joined(separator: ","))}}"#,
            input: #"{"user": "user\#(users / 2)", "role": "doctor"}"#, answer: "true", target: 70)
    }

    static let strings = Workload(
        name: "e-strings", summary: "string builtins, a regular expression and a glob",
        module: """
            package strings_work

            result := concat("-", parts) if {
                startswith(input.path, "/v1/")
                parts := split(trim(input.path, "/"), "/")
                lower(parts[1]) == "images"
                regex.match(`^[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}$`, input.mail)
                glob.match("*.hospital.local", ["."], input.host)
                upper(parts[2]) == "CT"
                contains(replace(input.path, "ct", "mr"), "/mr/")
                endswith(input.path, ".dcm")
            }
            """,
        query: "data.strings_work.result",
        input: #"{"path": "/v1/Images/ct/scan-17.dcm", "mail": "alice@clinic.example", "host": "node7.hospital.local"}"#,
        answer: #""v1-Images-ct-scan-17.dcm""#, target: 45)
}
