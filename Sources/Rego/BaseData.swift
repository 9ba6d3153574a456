@_spi(Engine) public import RegoRuntime

/// The base documents of a policy: frozen values, shared by all that read them.
public final class BaseData: Sendable {
    let root: Value
    /// The memory that the documents lie in.
    let heaps: [FrozenHeap]

    /// Freezes an object; anything else becomes an empty one.
    public convenience init(_ value: RegoValue) {
        let builder = FrozenHeap.Builder()
        let arena = Arena()
        let root = builder.freeze(value.makeValue(in: arena))
        arena.destroy()
        self.init(root: root, heaps: [builder.finish(forgettingSymbols: true)])
    }

    /// Reads JSON text, an object.
    public convenience init(json bytes: [UInt8]) throws(JSONError) {
        let builder = FrozenHeap.Builder()
        let root = try Self.freeze(bytes, builder)
        self.init(root: root, heaps: [builder.finish()])
    }

    private static func freeze(_ bytes: [UInt8], _ builder: FrozenHeap.Builder) throws(JSONError) -> Value {
        var failure: JSONError?
        let value = unsafe bytes.withUnsafeBytes { buffer -> Value in
            do throws(JSONError) {
                return unsafe try builder.freeze(json: buffer)
            } catch {
                failure = error
                return .undefined
            }
        }
        if let failure { throw failure }
        return value
    }

    init(root: Value, heaps: [FrozenHeap]) {
        self.root = root.tag == .object ? root : .undefined
        self.heaps = heaps
    }

    /// Whether there is no document.
    var isEmpty: Bool { root.isUndefined || root.length == 0 }

    /// Whether a document is at a path below `data`, or one that is no object on the way there.
    func exists(at path: [String]) -> Bool {
        let arena = Arena()
        defer { arena.destroy() }
        var value = root
        guard value.isDefined else { return false }
        for segment in path {
            guard value.tag == .object else { return true }
            value = value.lookup(.string(segment, in: arena))
            guard value.isDefined else { return false }
        }
        return true
    }

    /// The keys of the object at a path below `data`; empty where there is none. Only strings count.
    package func keys(at path: [String]) -> [String] {
        let object = document(at: path)
        guard object.tag == .object else { return [] }
        return unsafe object.keys.map { RegoValue($0).string }.compactMap { $0 }
    }

    /// Whether an object is at a path below `data`.
    package func isObject(at path: [String]) -> Bool { document(at: path).tag == .object }

    /// What is at a path below `data`, or undefined.
    private func document(at path: [String]) -> Value {
        let arena = Arena(chunkSize: 1024)
        defer { arena.destroy() }
        return path.reduce(root) { value, segment in value.lookup(.string(segment, in: arena)) }
    }

    /// A copy of the documents.
    package var value: RegoValue { root.isDefined ? RegoValue(root) : .object([:]) }

    /// The documents as JSON text.
    package func json() -> [UInt8] {
        guard root.isDefined else { return Array("{}".utf8) }
        var buffer = OutputBuffer()
        root.writeJSON(into: &buffer)
        return buffer.array
    }
}
