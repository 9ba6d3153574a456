package import RegoCompiler
@_spi(Engine) public import RegoRuntime

/// The JSON schemas that a policy is compiled against: its annotations name them, and the type checker knows the documents by them.
public struct Schemas: Sendable {
    package var set: SchemaSet

    /// One schema: annotations name it `schema`, and it describes `input`.
    public init(input: RegoValue) {
        set = SchemaSet(root: input)
    }

    /// Schemas by the operands behind `schema` that annotations name them with: `["kubernetes", "pod"]` for `schema.kubernetes.pod`.
    public init(named: [[String]: RegoValue]) {
        set = SchemaSet(named: named)
    }

    /// Reads a file, or a folder with everything below it, as `opa eval --schema` does.
    ///
    /// - Parameter path: a file's schema is `schema`; that of `a/b.json` in a folder is `schema.a.b`.
    /// - Throws: a failure that names the file.
    public init(path: String) throws(Loader.Failure) {
        var root = path.hasPrefix("file://") ? String(path.dropFirst(7)) : path
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        var set = SchemaSet()
        for file in try Loader.files(below: root) {
            let bytes = try Loader.read(file.path)
            let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
            let schema =
                first == UInt8(ascii: "{") || file.path.hasSuffix(".json")
                ? try Loader.parseJSON(bytes, path: file.path) : try Loader.parseYAML(bytes, path: file.path)
            switch schema {
            case .object, .boolean: break
            default: throw Loader.Failure("\(file.path): not a JSON schema: a schema is an object or a boolean")
            }
            if file.segments.isEmpty {
                set.root = schema
            } else {
                set.named[file.segments.dropLast() + [Self.stem(of: file.segments[file.segments.count - 1])]] = schema
            }
        }
        self.set = set
    }

    /// A file's name without its last extension.
    private static func stem(of name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }
}
