import Glibc
import RegoBuiltins
@_spi(Engine) public import RegoRuntime
public import RegoSyntax

/// Files and folders of Rego, JSON and YAML, read as `opa eval -d` reads them.
///
/// A folder is read with everything below it; a document in a subfolder lies below `data` at that subfolder's path. `a.b:path` puts
/// the documents of `path` below `data.a.b`. Later files add to objects of earlier ones; two values at one path that are not both objects
/// are an error. All that is wrong with the files of one call is told at once, in the order in which they are read.
public struct Loader: Sendable {
    /// The modules read so far.
    public private(set) var modules: [Policy.Module] = []
    /// The documents read so far, merged.
    ///
    /// - Complexity: O(size): they are kept in a smaller form.
    public var data: RegoValue { documents?.value ?? .object([:]) }

    /// The documents read so far, frozen as they were read.
    private var documents: BaseData?
    /// Shell patterns for names of files and folders to pass over.
    private let ignored: [String]

    /// Passes over all files but modules, as a check of the modules alone does.
    package var readsModulesAlone = false
    /// Bytes of one file beyond which it is refused.
    package var fileLimit = FileBytes.usualLimit
    /// The dialect that modules are in where what is wrong with them is told along with what is wrong with other files.
    package var dialect = RegoVersion.v1

    /// Reads a `.tar.gz`, which is passed over without.
    package var archiveReader: ArchiveReader?
    /// What an archive of a path and of these bytes holds.
    package typealias ArchiveReader =
        @Sendable (_ path: String, _ bytes: [UInt8]) throws(Failure) -> (
            modules: [Policy.Module], data: BaseData
        )

    /// Makes a loader that has read nothing.
    ///
    /// - Parameter ignored: shell patterns for the names of files and folders within a folder that are passed over; `.*` for hidden ones.
    public init(ignoring ignored: [String] = []) { self.ignored = ignored }

    /// The documents read so far, frozen.
    package var baseData: BaseData { documents ?? BaseData(.object([:])) }

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
    /// - Throws: a `Failure` that names each file that something is wrong with; nothing is added then.
    public mutating func load(_ argument: String) throws(Failure) { try load([argument]) }

    /// Reads files and folders.
    ///
    /// - Throws: a `Failure` that names each file that something is wrong with; nothing is added then.
    public mutating func load(_ arguments: [String]) throws(Failure) {
        var search = FileSearch(ignored: ignored, readsModulesAlone: readsModulesAlone, readsArchives: archiveReader != nil)
        for argument in arguments { search.add(argument) }
        let count = search.found.count { $0.isDocument } + (documents == nil ? 0 : 1)
        let builder = BaseDataBuilder(documents: count)
        if let documents { try Self.add(documents, to: builder, name: "data") }
        var modules: [(order: Int, module: Policy.Module)] = []
        var problems: [(order: Int, message: String)] = []
        for (order, file) in search.found.enumerated() {
            do throws(Failure) {
                modules += try read(file, into: builder).map { (order, $0) }
            } catch {
                problems.append((order, error.description))
            }
        }
        guard problems.isEmpty else { throw Failure(problems, modules: modules, dialect: dialect) }
        if count > 0 { documents = builder.finish() }
        add(modules.map(\.module))
    }

    /// Adds what a bundle holds.
    ///
    /// - Parameter name: what messages call the bundle.
    package mutating func add(modules: [Policy.Module], data: BaseData, name: String) throws(Failure) {
        if !data.isEmpty {
            if let documents {
                let builder = BaseDataBuilder(documents: 2)
                try Self.add(documents, to: builder, name: "data")
                try Self.add(data, to: builder, name: name)
                self.documents = builder.finish()
            } else {
                documents = data
            }
        }
        add(modules)
    }

    /// Adds modules; of those of one name the last one stays, as a file that is named twice is read once.
    private mutating func add(_ fresh: [Policy.Module]) {
        var places: [String: Int] = [:]
        for (index, module) in modules.enumerated() { places[module.name] = index }
        for module in fresh {
            if let place = places[module.name] {
                modules[place] = module
            } else {
                places[module.name] = modules.count
                modules.append(module)
            }
        }
    }

    /// Reads a file: returns its modules, and adds its documents.
    private func read(_ file: FileSearch.Found, into builder: BaseDataBuilder) throws(Failure) -> [Policy.Module] {
        if let problem = file.problem { throw Failure(problem) }
        let bytes = try Self.read(file.path, limit: fileLimit)
        if file.isArchive, let archiveReader {
            let (modules, data) = try archiveReader(file.path, bytes)
            try Self.add(data, at: file.names, to: builder, name: file.path)
            return modules
        }
        guard let format = file.format else { return [Policy.Module(name: file.path, bytes: bytes)] }
        do throws(BaseDataBuilder.Problem) {
            try builder.add(bytes[...], format, at: file.names)
        } catch {
            throw Self.failure(error, path: file.path)
        }
        return []
    }

    private static func add(
        _ data: BaseData, at names: [String] = [], to builder: BaseDataBuilder, name: String
    ) throws(Failure) {
        do throws(BaseDataBuilder.Problem) {
            try builder.add(data, at: names)
        } catch {
            throw failure(error, path: name)
        }
    }

    private static func failure(_ problem: BaseDataBuilder.Problem, path: String) -> Failure {
        switch problem {
        case .unreadable(let problem): Failure("\(path): \(problem)")
        case .noObject: Failure("\(path): document must be of type object: 'name:\(path)' would put it at data.name")
        case .conflict(let names):
            Failure("\(path): merge error: \((["data"] + names).joined(separator: ".")) is loaded from another file already")
        }
    }

    /// Whether a file or folder of a name is passed over.
    package func ignores(_ name: String) -> Bool { FileSearch.ignores(name, ignored) }

    // MARK: Single files

    /// The bytes of a file.
    public static func read(_ path: String) throws(Failure) -> [UInt8] { try read(path, limit: FileBytes.usualLimit) }

    private static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        do throws(FileBytes.Failure) {
            return try FileBytes.read(path, limit: limit)
        } catch {
            throw Failure(error.description)
        }
    }

    /// What is left to read from a descriptor, to its end.
    ///
    /// - Parameters:
    ///   - descriptor: an open file, socket or pipe; it stays open.
    ///   - name: what messages call it.
    ///   - size: how many bytes there probably are; 0 if that is not known.
    public static func readAll(_ descriptor: Int32, name: String, expecting size: Int = 0) throws(Failure) -> [UInt8] {
        do throws(FileBytes.Failure) {
            return try FileBytes.readAll(descriptor, name: name, expecting: size, limit: FileBytes.usualLimit)
        } catch {
            throw Failure(error.description)
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
