@_spi(Engine) public import RegoRuntime

/// The base documents of a policy: frozen values, shared by all that read them.
public final class BaseData: Sendable {
    let root: Value
    let heap: FrozenHeap

    /// Freezes an object; anything else becomes an empty one.
    public convenience init(_ value: RegoValue) {
        let builder = FrozenHeap.Builder()
        let arena = Arena()
        let root = builder.freeze(value.makeValue(in: arena))
        arena.destroy()
        self.init(root: root, heap: builder.finish(forgettingSymbols: true))
    }

    /// Reads JSON text, an object.
    public convenience init(json bytes: [UInt8]) throws(JSONError) {
        let builder = FrozenHeap.Builder()
        let root = try Self.freeze(bytes, builder)
        self.init(root: root, heap: builder.finish())
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

    private init(root: Value, heap: FrozenHeap) {
        self.root = root.tag == .object ? root : .undefined
        self.heap = heap
    }

    /// Whether what was read is an object, as `data` must be.
    var isObject: Bool { root.isDefined }

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
        let arena = Arena()
        defer { arena.destroy() }
        var value = root
        for segment in path where value.tag == .object { value = value.lookup(.string(segment, in: arena)) }
        guard value.tag == .object else { return [] }
        return unsafe value.keys.map { RegoValue($0).string }.compactMap { $0 }
    }

    /// A copy of the documents; `nil` if what was read is no object.
    var value: RegoValue? { root.isDefined ? RegoValue(root) : nil }

    /// The documents as JSON text.
    package func json() -> [UInt8] {
        guard root.isDefined else { return Array("{}".utf8) }
        var buffer = OutputBuffer()
        root.writeJSON(into: &buffer)
        return buffer.array
    }
}
