import RegoCompiler
import RegoSyntax
import Synchronization

/// Parses the modules of a policy, on several threads where there is enough text to pay for them.
struct ModuleParsing {
    /// What came of a file beside its module.
    typealias Reading = (annotations: [Annotation], diagnostics: [Diagnostic])

    let files: [SourceFile]
    /// The dialect of each file.
    let versions: [RegoVersion]
    /// What capabilities allow of the syntax; `nil` for everything.
    let features: LanguageFeatures?
    /// The index of the first file.
    let firstID: UInt32

    /// Bytes of text for each thread: to parse them takes some forty times as long as to start one.
    private static let bytesPerThread = 64 << 10
    /// Files that a thread takes at a time.
    private static let batch = 8

    /// Parses the files.
    ///
    /// - Parameter program: takes the modules that nothing is wrong with.
    /// - Returns: what came of each file, in their order.
    func readings(into program: LoweredModules? = nil) -> [Reading] {
        let bytes = files.reduce(0) { $0 + $1.bytes.count }
        let threads = max(min(bytes / Self.bytesPerThread, files.count, Workers.processorCount), 1)
        let next = Atomic(0)
        let readings = Mutex([Reading?](repeating: nil, count: files.count))
        Workers.run(threads) {
            while true {
                let start = next.add(Self.batch, ordering: .relaxed).oldValue
                guard start < files.count else { return }
                let indices = start..<min(start + Self.batch, files.count)
                let own = indices.map(read)
                program?.add(
                    zip(indices, own).compactMap { index, result in result.module.map { (module: $0, fileName: files[index].name) } })
                readings.withLock { readings in
                    for (index, result) in zip(indices, own) { readings[index] = (result.annotations, result.diagnostics) }
                }
            }
        }
        return readings.withLock { $0.compactMap { $0 } }
    }

    /// The modules, parsed by the thread that asks for them.
    func modules() -> [RegoSyntax.Module] { files.indices.compactMap { read($0).module } }

    private func read(_ index: Int) -> (module: RegoSyntax.Module?, annotations: [Annotation], diagnostics: [Diagnostic]) {
        ModuleReader.read(files[index], id: FileID(firstID + UInt32(index)), version: versions[index], features: features)
    }
}
