import RegoCompiler
import RegoSyntax
import Synchronization

/// Parses the modules of a policy, on several threads where there is enough text to pay for them.
struct ModuleParsing {
    typealias Reading = (module: RegoSyntax.Module?, annotations: [Annotation], diagnostics: [Diagnostic])

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

    /// What came of each file, in their order.
    func readings() -> [Reading] {
        let bytes = files.reduce(0) { $0 + $1.bytes.count }
        let threads = min(bytes / Self.bytesPerThread, files.count)
        if threads < 2 { return files.indices.map(read) }
        return readings(onThreads: min(threads, Workers.processorCount))
    }

    private func readings(onThreads count: Int) -> [Reading] {
        let next = Atomic(0)
        let readings = Mutex([Reading?](repeating: nil, count: files.count))
        Workers.run(count) {
            while true {
                let start = next.add(Self.batch, ordering: .relaxed).oldValue
                guard start < files.count else { return }
                let indices = start..<min(start + Self.batch, files.count)
                let own = indices.map(read)
                readings.withLock { readings in
                    for (index, reading) in zip(indices, own) { readings[index] = reading }
                }
            }
        }
        return readings.withLock { $0.compactMap { $0 } }
    }

    private func read(_ index: Int) -> Reading {
        ModuleReader.read(files[index], id: FileID(firstID + UInt32(index)), version: versions[index], features: features)
    }
}
