import Glibc
import RegoBuiltins
@_spi(Engine) public import RegoRuntime
public import RegoSyntax

/// Files and folders of Rego, JSON and YAML, read as `opa eval -d` reads them.
///
/// A folder is read with everything below it; a document in a subfolder lies below `data` at that subfolder's path. `a.b:path` puts
/// the documents of `path` below `data.a.b`. Later files add to objects of earlier ones; two values at one path are an error.
public struct Loader: Sendable {
    /// What cannot be read, and why.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// The file and what is wrong with it.
        public let description: String
        package init(_ description: String) { self.description = description }
    }

    /// The modules read so far.
    public private(set) var modules: [Policy.Module] = []
    /// The documents read so far, merged; a single JSON file's are not among them.
    public private(set) var data = RegoValue.object([:])

    /// The only document read so far, frozen as it was read so that it need not pass through `RegoValue`.
    private var onlyDocument: (path: String, data: BaseData)?
    private var hasData = false

    /// Bytes of one file beyond which it is refused.
    private static let fileLimit = 1 << 31
    /// Shell patterns for names of files and folders to pass over.
    private let ignored: [String]

    /// Passes over all files but modules, as a check of the modules alone does.
    package var readsModulesAlone = false

    /// Makes a loader that has read nothing.
    ///
    /// - Parameter ignored: shell patterns for the names of files and folders within a folder that are passed over; `.*` for hidden ones.
    public init(ignoring ignored: [String] = []) { self.ignored = ignored }

    /// The documents read so far, frozen.
    package var baseData: BaseData { onlyDocument?.data ?? BaseData(data) }

    /// Compiles what was read.
    ///
    /// - Parameters:
    ///   - options: the limits, builtins and capabilities of the policy.
    ///   - metrics: takes the times of parsing and compiling.
    /// - Throws: all that is wrong with the modules.
    public func compile(options: Policy.Options = Policy.Options(), metrics: Metrics? = nil) throws(CompilationFailure) -> Policy {
        try Policy(modules: modules, data: baseData, options: options, metrics: metrics)
    }

    /// Reads a file or a folder.
    ///
    /// - Throws: a `Failure` that names the file.
    public mutating func load(_ argument: String) throws(Failure) {
        var path = argument
        var prefix: [String] = []
        if let colon = argument.firstIndex(of: ":"), Self.kind(of: argument) == nil {
            prefix = argument[..<colon].split(separator: ".").map(String.init)
            if prefix.first == "data" { prefix.removeFirst() }
            path = String(argument[argument.index(after: colon)...])
        }
        path = Self.cleaned(path)
        switch Self.kind(of: path) {
        case nil: throw Failure("\(path): \(String(cString: strerror(errno)))")
        case .folder?: try loadFolder(path, below: prefix)
        case .file?:
            guard try loadFile(path, below: prefix) || readsModulesAlone else {
                throw Failure("\(path): unrecognized file: neither .rego, .json, .yaml nor .yml")
            }
        }
    }

    private mutating func loadFolder(_ path: String, below prefix: [String]) throws(Failure) {
        for name in try Self.names(in: path) where !ignores(name) {
            let below = Self.name(name, in: path)
            switch Self.kind(of: below) {
            case .folder?: try loadFolder(below, below: prefix + [name])
            case .file?: _ = try loadFile(below, below: prefix)
            case nil: throw Failure("\(below): \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Reads a file if its name says that it is of a known kind.
    private mutating func loadFile(_ path: String, below prefix: [String]) throws(Failure) -> Bool {
        if path.hasSuffix(".rego") {
            modules.append(Policy.Module(name: path, bytes: try Self.read(path)))
        } else if readsModulesAlone {
            return false
        } else if path.hasSuffix(".json") {
            let bytes = try Self.read(path)
            if !hasData, prefix.isEmpty {
                let document: BaseData
                do throws(JSONError) {
                    document = try BaseData(json: bytes)
                } catch {
                    throw Failure("\(path): \(error)")
                }
                guard document.isObject else { throw Self.noObject(path) }
                onlyDocument = (path, document)
                hasData = true
                return true
            }
            try add(try Self.parseJSON(bytes, path: path), at: prefix, path: path)
        } else if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
            try add(try Self.parseYAML(try Self.read(path), path: path), at: prefix, path: path)
        } else {
            return false
        }
        return true
    }

    /// Adds what a bundle holds.
    ///
    /// - Parameter name: what messages call the bundle.
    package mutating func add(modules: [Policy.Module], data: RegoValue, name: String) throws(Failure) {
        self.modules += modules
        if data.object?.isEmpty == false { try add(data, at: [], path: name) }
    }

    private mutating func add(_ value: RegoValue, at prefix: [String], path: String) throws(Failure) {
        if let document = onlyDocument {
            onlyDocument = nil
            guard let value = document.data.value else { throw Self.noObject(document.path) }
            data = value
        }
        hasData = true
        let nested = prefix.reversed().reduce(value) { .object([.string($1): $0]) }
        guard case .object = nested else { throw Self.noObject(path) }
        guard let merged = Self.merge(data, nested) else {
            throw Failure("\(path): merge error: a value here is already loaded from another file")
        }
        data = merged
    }

    private static func noObject(_ path: String) -> Failure {
        Failure("\(path): document must be an object to lie at data itself; 'name:\(path)' would put it at data.name")
    }

    /// Both objects' entries; `nil` if they differ somewhere.
    package static func merge(_ left: RegoValue, _ right: RegoValue) -> RegoValue? {
        guard case .object(var entries) = left, case .object(let others) = right else { return left == right ? left : nil }
        for (key, value) in others {
            guard let present = entries[key] else {
                entries[key] = value
                continue
            }
            guard let merged = merge(present, value) else { return nil }
            entries[key] = merged
        }
        return .object(entries)
    }

    // MARK: Files

    /// A path without `file://`, a leading `./` and slashes at its end, so that the names of the files below it are as short as they can be.
    private static func cleaned(_ argument: String) -> String {
        var path = argument.hasPrefix("file://") ? argument.dropFirst(7) : argument[...]
        while path.hasPrefix("./"), path.utf8.count > 2 { path = path.dropFirst(2) }
        while path.hasSuffix("/"), path.utf8.count > 1 { path = path.dropLast() }
        return String(path)
    }

    private static func name(_ name: String, in folder: String) -> String {
        folder == "." ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// Whether a file or folder of a name is passed over.
    package func ignores(_ name: String) -> Bool {
        ignored.contains { unsafe fnmatch($0, name, FNM_PATHNAME) == 0 }
    }

    /// Whether there is a file or folder at a path.
    static func exists(_ path: String) -> Bool { kind(of: path) != nil }

    /// The files in a folder and all folders below it with the names that lead to each, or a file itself with no names; by name.
    ///
    /// - Parameter followsLinks: whether links within the folder count as what they lead to; otherwise they are passed over.
    package static func files(
        below root: String, followsLinks: Bool = true
    ) throws(Failure) -> [(path: String, segments: [String])] {
        var files: [(path: String, segments: [String])] = []
        // A folder's link to one above it must not lead around forever.
        var open: [(path: String, segments: [String])] = [(root, [])]
        while let next = open.popLast() {
            guard next.segments.count <= folderDepth else { throw Failure("\(next.path): folders are nested too deeply") }
            if !followsLinks, !next.segments.isEmpty, isLink(next.path) { continue }
            switch kind(of: next.path) {
            case nil: throw Failure("\(next.path): \(String(cString: strerror(errno)))")
            case .file?: files.append(next)
            case .folder?:
                for name in try names(in: next.path).reversed() { open.append((next.path + "/" + name, next.segments + [name])) }
            }
        }
        return files
    }

    /// Whether a path leads to a folder.
    package static func isFolder(_ path: String) -> Bool { kind(of: path) == .folder }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Folders within each other beyond which a tree is refused.
    private static let folderDepth = 64

    private enum Kind { case file, folder }

    private static func kind(of path: String) -> Kind? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }

    package static func names(in path: String) throws(Failure) -> [String] {
        guard let folder = unsafe opendir(path) else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a file.
    public static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        let size = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
        return try readAll(descriptor, name: path, expecting: size)
    }

    /// What is left to read from a descriptor, to its end.
    ///
    /// - Parameters:
    ///   - descriptor: an open file, socket or pipe; it stays open.
    ///   - name: what messages call it.
    ///   - size: how many bytes there probably are; 0 if that is not known.
    public static func readAll(_ descriptor: Int32, name: String, expecting size: Int = 0) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        // One byte more than expected, so that the end is found without asking for more memory.
        var room = size > 0 && size <= fileLimit ? size + 1 : 65536
        while true {
            var count = 0
            if bytes.isEmpty {
                // The usual way for a whole file: the memory is not cleared first.
                bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, initialized in
                    unsafe ProcessMemory.preferHugePages(for: UnsafeRawBufferPointer(buffer))
                    count = unsafe Glibc.read(descriptor, buffer.baseAddress, room)
                    initialized = max(count, 0)
                }
            } else {
                let start = bytes.count
                bytes.append(contentsOf: repeatElement(0, count: room))
                count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress! + start, room) }
                bytes.removeLast(room - max(count, 0))
            }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure("\(name): \(String(cString: strerror(errno)))")
            }
            if bytes.count > fileLimit { throw Failure("\(name): larger than \(fileLimit) bytes") }
            room = bytes.count == size ? 1 : min(max(room, bytes.count), 1 << 24)
        }
    }

    /// Reads JSON, naming the file in the error.
    public static func parseJSON(_ bytes: [UInt8], path: String) throws(Failure) -> RegoValue {
        do throws(JSONError) {
            return try RegoValue(json: bytes)
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    /// Reads YAML, naming the file in the error.
    public static func parseYAML(_ bytes: [UInt8], path: String) throws(Failure) -> RegoValue {
        do {
            return try YAMLReader.read(bytes)
        } catch {
            throw Failure("\(path): \(error)")
        }
    }
}
