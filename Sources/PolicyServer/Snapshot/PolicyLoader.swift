import Rego
import RegoRuntime
import RegoSyntax

/// Reads policies and base data from files and folders, as `opa run` does.
///
/// Rego files become modules; JSON and YAML files are merged below `data`, those of a folder's subfolders under the subfolders' names.
/// Names with a leading dot (Kubernetes' `..data` among them) and `*_test.rego` are left out.
struct PolicyLoader {
    private let configuration: ServerConfiguration.PolicySources
    private var modules: [Policy.Module] = []
    private var documents: [(path: [String], file: String, bytes: [UInt8])] = []

    /// Bytes of one file.
    private static let fileLimit = 512 << 20
    private static let folderDepthLimit = 32

    /// Compiles what the configuration names.
    ///
    /// - Parameter version: what `opa.runtime` says of this server.
    /// - Throws: `StartError` with rendered diagnostics.
    static func load(_ configuration: ServerConfiguration.PolicySources, version: String) throws -> Policy {
        var loader = PolicyLoader(configuration: configuration)
        for path in configuration.paths {
            switch FileBytes.kind(of: path) {
            case .folder: try loader.readFolder(path, below: [], depth: 0)
            case nil: throw StartError("policy: \(path) does not exist or cannot be reached")
            default: try loader.readFile(path, below: [], isNamed: true)
            }
        }
        let data = try loader.baseData()
        var options = Policy.Options(version: configuration.isV0 ? .v0 : .v1, isStrict: configuration.isStrict)
        options.runtime = { ProcessRuntime.value(version: version) }
        do {
            return try Policy(modules: loader.modules, data: data, options: options)
        } catch {
            throw StartError("the policies do not compile:\n\(error.description)")
        }
    }

    private init(configuration: ServerConfiguration.PolicySources) {
        self.configuration = configuration
    }

    private mutating func readFolder(_ path: String, below prefix: [String], depth: Int) throws {
        guard depth <= Self.folderDepthLimit else { throw StartError("policy: folders are nested too deeply at \(path)") }
        for name in try FileBytes.entries(of: path) where !name.hasPrefix(".") {
            let entry = "\(path)/\(name)"
            if FileBytes.kind(of: entry) == .folder {
                try readFolder(entry, below: prefix + [name], depth: depth + 1)
            } else {
                try readFile(entry, below: prefix, isNamed: false)
            }
        }
    }

    private mutating func readFile(_ path: String, below prefix: [String], isNamed: Bool) throws {
        if path.hasSuffix(".rego") {
            guard isNamed || !path.hasSuffix("_test.rego") else { return }
            modules.append(Policy.Module(name: path, bytes: try FileBytes.read(path, limit: Self.fileLimit)))
        } else if path.hasSuffix(".json") || path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
            documents.append((prefix, path, try FileBytes.read(path, limit: Self.fileLimit)))
        } else if isNamed {
            throw StartError("policy: \(path) is neither Rego nor JSON nor YAML")
        }
    }

    private func baseData() throws -> BaseData {
        // One JSON document at the root, the usual case, goes to the engine as it is.
        if documents.count == 1, documents[0].path.isEmpty, documents[0].file.hasSuffix(".json") {
            return try freeze(documents[0].bytes, documents[0].file)
        }
        var root = RegoValue.object([:])
        for document in documents {
            let value =
                document.file.hasSuffix(".json")
                ? try Loader.parseJSON(document.bytes, path: document.file) : try Loader.parseYAML(document.bytes, path: document.file)
            guard case .object = value else { throw StartError("\(document.file): base data must be an object") }
            let nested = document.path.reversed().reduce(value) { .object([.string($1): $0]) }
            do {
                root = try Self.merge(root, nested, at: [])
            } catch let conflict as Conflict {
                throw StartError("\(document.file): data.\(conflict.path.joined(separator: ".")) is defined by another file too")
            }
        }
        return BaseData(root)
    }

    private func freeze(_ bytes: [UInt8], _ file: String) throws -> BaseData {
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { throw StartError("\(file): base data must be an object") }
        do {
            return try BaseData(json: bytes)
        } catch {
            throw StartError("\(file): \(error)")
        }
    }

    /// Two files give different values for one path.
    private struct Conflict: Error {
        let path: [String]
    }

    private static func merge(_ left: RegoValue, _ right: RegoValue, at path: [String]) throws -> RegoValue {
        guard case .object(var entries) = left, case .object(let others) = right else { throw Conflict(path: path) }
        for (key, value) in others {
            entries[key] = try entries[key].map { try merge($0, value, at: path + [key.string ?? "?"]) } ?? value
        }
        return .object(entries)
    }
}
