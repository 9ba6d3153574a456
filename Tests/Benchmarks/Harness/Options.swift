import Glibc

/// What the command line asks for.
struct Options {
    /// Parts of workloads' names; all workloads if empty.
    var names: [String] = []
    var rounds = 7
    /// Time of one batch, in milliseconds.
    var batch = 20
    var peers: [(name: String, path: String)] = []
    /// Prints the workloads' names and nothing else.
    var lists = false
    /// Evaluates one workload so many times and prints nothing: for counting instructions.
    var repeats: Int?
    /// Counts allocations of warm evaluations.
    var countsAllocations = false
    /// Threads whose throughput together is compared with one thread's.
    var threads: Int?
    /// What of a request is timed.
    var scope = Scope.evaluation

    static let usage = """
        usage: benchmarks [--rounds N] [--batch MILLISECONDS] [--text] [--peer NAME=PROGRAM]... [WORKLOAD]...
               benchmarks --threads N [--rounds N] [--batch MILLISECONDS] [WORKLOAD]...
               benchmarks --allocations [WORKLOAD]...
               benchmarks --repeat N WORKLOAD
               benchmarks --list

        Times Ward and every peer on the same workloads in turn, checks that all answer alike, and prints medians. `opa` is found on the PATH;
        any other engine by a PROGRAM that understands `bench QUERY ITERATIONS DATA INPUT MODULE` (`-` for no file) and prints
        {"ns_per_eval": …, "result": […]}. With --text each evaluation begins with the input's JSON text and ends with the answer's (a peer's
        `bench-text`). --threads compares the throughput of N threads with one thread's; --allocations counts the calls of the allocator in a
        warm evaluation; --repeat evaluates and prints nothing, for counting the instructions of evaluateCounted.
        """

    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--rounds":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { return nil }
                rounds = value
            case "--batch":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { return nil }
                batch = value
            case "--repeat":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { return nil }
                repeats = value
            case "--peer":
                guard let parts = rest.popFirst()?.split(separator: "=", maxSplits: 1), parts.count == 2 else { return nil }
                peers.append((String(parts[0]), String(parts[1])))
            case "--threads":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { return nil }
                threads = value
            case "--text": scope = .textToText
            case "--allocations": countsAllocations = true
            case "--list": lists = true
            case _ where argument.hasPrefix("-"): return nil
            default: names.append(argument)
            }
        }
    }

    /// The program `opa` on the PATH.
    static var opa: String? {
        guard let path = getenv("PATH") else { return nil }
        return String(cString: path).split(separator: ":").map { $0 + "/opa" }.first { access($0, X_OK) == 0 }
    }
}
