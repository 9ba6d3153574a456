import AllocationCounter
import Glibc
import Rego
@_spi(Engine) import RegoRuntime

/// Times Ward beside its peers; `Options.usage` has the details.
@main
struct Benchmarks {
    static func main() {
        guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
            print(Options.usage)
            exit(2)
        }
        let all = SmallWorkloads.all + LargeWorkloads.all
        let chosen = all.filter { workload in options.names.isEmpty || options.names.contains { workload.name.hasPrefix($0) } }
        if options.lists { return chosen.forEach { print($0.name) } }
        do {
            if let repeats = options.repeats { return try chosen.forEach { try warmAndRepeat($0, repeats) } }
            if options.countsAllocations { return try chosen.forEach(countAllocations) }
            if let threads = options.threads { return try chosen.forEach { try compareThreads($0, threads, options) } }
            try compare(chosen, options)
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func warmAndRepeat(_ workload: Workload, _ repeats: Int) throws {
        let evaluation = try WardEngine.repeatable(workload)
        try evaluation.run(50)
        try evaluateCounted(evaluation, repeats)
    }

    private static func countAllocations(_ workload: Workload) throws {
        let benchmark = try WardEngine.repeatable(workload)
        try benchmark.run(10)
        let before = allocation_count()
        try benchmark.run(100)
        print("\(workload.name): \(Double(allocation_count() - before) / 100) allocations an evaluation")
    }

    private static func compareThreads(_ workload: Workload, _ threads: Int, _ options: Options) throws {
        var alone: [Double] = []
        var together: [Double] = []
        for _ in 0..<options.rounds {
            alone.append(try WardEngine.throughput(workload, threads: 1, nanoseconds: UInt64(options.batch) * 1_000_000))
            together.append(try WardEngine.throughput(workload, threads: threads, nanoseconds: UInt64(options.batch) * 1_000_000))
        }
        let ratio = (together.median / alone.median * 100).rounded() / 100
        print("\(workload.name): \(Int(alone.median)) a second on one thread, \(Int(together.median)) on \(threads): \(ratio) times")
    }

    private static func compare(_ workloads: [Workload], _ options: Options) throws {
        var template = Array("/tmp/ward-benchmarks-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw EngineFailure(description: "no folder for the workloads' files") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { remove(folder) }
        var engines: [any Engine] = [WardEngine()]
        if let opa = Options.opa { engines.append(PeerEngine(name: "opa", program: opa, dialect: .opa, folder: folder)) }
        engines += options.peers.map { PeerEngine(name: $0.name, program: $0.path, dialect: .plain, folder: folder) }
        var table = ResultTable(engines: engines.map(\.name))
        for workload in workloads {
            var times = [[Double]](repeating: [], count: engines.count)
            var answers = [RegoValue?](repeating: nil, count: engines.count)
            for _ in 0..<options.rounds {
                for (index, engine) in engines.enumerated() {
                    do {
                        let (spent, answer) = try engine.measure(workload, options.scope, atLeast: UInt64(options.batch) * 1_000_000)
                        times[index].append(spent)
                        answers[index] = comparable(try RegoValue(json: answer.json()))
                    } catch  where index > 0 {
                        FileStream.error("\(engine.name): \(workload.name): \(error)")
                    }
                }
            }
            try check(answers, of: workload, names: engines.map(\.name))
            table.add(workload, times: times)
        }
        print(table.markdown)
    }

    /// Removes a folder of files; what cannot be removed is left behind.
    private static func remove(_ folder: String) {
        if let entries = opendir(folder) {
            while let entry = readdir(entries) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink("\(folder)/\(name)")
            }
            closedir(entries)
        }
        rmdir(folder)
    }

    private static func check(_ answers: [RegoValue?], of workload: Workload, names: [String]) throws {
        let expected = try workload.answer.map { comparable(try RegoValue(json: $0)) } ?? answers[0]
        for (name, answer) in zip(names, answers) where answer != nil && answer != expected {
            throw EngineFailure(
                description:
                    "\(workload.name): \(name) answers \(answer?.json().prefix(200) ?? ""), not \(expected?.json().prefix(200) ?? "")")
        }
    }
}

/// Evaluates so many times. `gate` has callgrind count the instructions of the function of this name.
@inline(never)
private func evaluateCounted(_ evaluation: RepeatedEvaluation, _ count: Int) throws { try evaluation.run(count) }

private enum FileStream {
    static func error(_ text: String) {
        let line = text + "\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
    }
}
