import Glibc
@_spi(Engine) import RegoRuntime

/// An engine in a program of its own.
struct PeerEngine: Engine {
    /// How the program is asked.
    enum Dialect {
        /// `opa bench` and `opa eval`.
        case opa
        /// `PROGRAM bench QUERY ITERATIONS DATA INPUT MODULE`, where DATA and INPUT are `-` if there are none; it prints
        /// `{"ns_per_eval": …, "result": …}`, the result being OPA's list of solutions. `bench-text` reads the input's text and writes the
        /// answer's each time.
        case plain
    }

    let name: String
    let program: String
    let dialect: Dialect
    /// Where the workloads' files are written.
    let folder: String

    func measure(_ workload: Workload, _ scope: Scope, atLeast nanoseconds: UInt64) throws -> (nanoseconds: Double, answer: RegoValue) {
        let module = try write(workload.module, to: "\(workload.name).rego")
        let data = try workload.data.map { try write($0, to: "\(workload.name)-data.json") }
        let input = try workload.input.map { try write($0, to: "\(workload.name)-input.json") }
        switch dialect {
        case .opa:
            guard scope == .evaluation else { throw EngineFailure(description: "`opa bench` does not time reading and writing") }
            return try measureOPA(workload, module: module, data: data, input: input)
        case .plain:
            let mode = scope == .evaluation ? "bench" : "bench-text"
            let first = try ask(mode, workload, iterations: 1, module: module, data: data, input: input)
            let count = min(max(Int(Double(nanoseconds) / max(first.nanoseconds, 1)), 1), 100_000)
            return try ask(mode, workload, iterations: count, module: module, data: data, input: input)
        }
    }

    private func ask(
        _ mode: String, _ workload: Workload, iterations: Int, module: String, data: String?, input: String?
    ) throws -> (nanoseconds: Double, answer: RegoValue) {
        let result = try run([program, mode, workload.query, "\(iterations)", data ?? "-", input ?? "-", module])
        guard let spent = Self.number(result["ns_per_eval"]), let answer = Self.value(result["result"]) else {
            throw EngineFailure(description: "no answer: \(result.json().prefix(200))")
        }
        return (spent, answer)
    }

    private func measureOPA(
        _ workload: Workload, module: String, data: String?, input: String?
    ) throws -> (nanoseconds: Double, answer: RegoValue) {
        var arguments = ["--format", "json", "-d", module]
        if let data { arguments += ["-d", data] }
        if let input { arguments += ["-i", input] }
        let evaluated = try run([program, "eval"] + arguments + [workload.query])
        guard let answer = Self.value(evaluated["result"]) else {
            throw EngineFailure(description: "no answer: \(evaluated.json().prefix(200))")
        }
        let timed = try run([program, "bench", "--count", "1", "--metrics=false", "--benchmem=false"] + arguments + [workload.query])
        guard let runs = Self.number(timed["N"]), let spent = Self.number(timed["T"]), runs > 0 else {
            throw EngineFailure(description: "no figures: \(timed.json().prefix(200))")
        }
        return (spent / runs, answer)
    }

    /// The first expression's value of OPA's list of solutions.
    private static func value(_ result: RegoValue?) -> RegoValue? { result?.array?.first?["expressions"]?.array?.first?["value"] }

    private static func number(_ value: RegoValue?) -> Double? {
        if case .number(let number)? = value { number.double } else { nil }
    }

    private func write(_ text: String, to name: String) throws -> String {
        let path = folder + "/" + name
        guard let file = fopen(path, "w") else { throw EngineFailure(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        fputs(text, file)
        return path
    }

    private func run(_ arguments: [String]) throws -> RegoValue {
        let quoted = arguments.map { "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'" }
        guard let pipe = popen(quoted.joined(separator: " ") + " 2>/dev/null", "r") else {
            throw EngineFailure(description: "cannot start")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        let status = pclose(pipe)
        guard let value = try? RegoValue(json: bytes) else {
            throw EngineFailure(description: "status \(status): \(String(decoding: bytes.prefix(200), as: UTF8.self))")
        }
        return value
    }
}
