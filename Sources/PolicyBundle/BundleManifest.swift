import LinearRegex
@_spi(Engine) public import RegoRuntime
public import RegoSyntax

/// A bundle's `.manifest`.
public struct BundleManifest: Sendable {
    /// Which state of the policy this is; empty if the manifest does not say.
    public var revision = ""
    /// The paths below `data` that the bundle owns, without slashes at their ends; one empty path for all of `data`.
    public var roots = [""]
    /// Whether the manifest lists roots.
    public var hasRoots = false
    /// The dialect of the modules, 0 or 1; `nil` if the manifest does not say.
    public var regoVersion: Int?
    /// The dialects of modules whose path fits a glob, in the order of the globs.
    public var fileRegoVersions: [(glob: String, version: Int)] = []
    /// What else the author wrote.
    public var metadata: [RegoValue: RegoValue] = [:]
    /// Entrypoints of compiled policies, as they are written.
    private var entrypoints: [RegoValue] = []

    /// The manifest of a bundle without one.
    public init() {}

    /// Reads a manifest's JSON text.
    ///
    /// - Throws: a `BundleError` that says which member is not as it must be.
    public init(json bytes: [UInt8]) throws(BundleError) {
        let document: RegoValue
        do throws(JSONError) {
            document = try RegoValue(json: bytes)
        } catch {
            throw BundleError("bundle load failed on manifest decode: \(error)")
        }
        guard document.object != nil else { throw Self.failure("the manifest must be an object") }
        revision = try Self.read(document, "revision") { $0.string } ?? ""
        if let list = try Self.read(document, "roots", { $0.array }) {
            hasRoots = true
            roots = []
            for root in list {
                guard let root = root.string else { throw Self.failure("roots must be strings") }
                roots.append(Self.trimmed(root))
            }
        }
        regoVersion = try Self.read(document, "rego_version") { $0.integer.map { Int(clamping: $0) } }
        for (glob, version) in try Self.read(document, "file_rego_versions", { $0.object }) ?? [:] {
            guard let glob = glob.string, let version = version.integer else { throw Self.failure("file_rego_versions must be numbers") }
            fileRegoVersions.append((glob, Int(clamping: version)))
        }
        // Globs that overlap have one answer: that of the first in order.
        fileRegoVersions.sort { $0.glob.utf8.lexicographicallyPrecedes($1.glob.utf8) }
        metadata = try Self.read(document, "metadata") { $0.object } ?? [:]
        entrypoints = try Self.read(document, "wasm") { $0.array } ?? []
        for (index, root) in roots.enumerated() {
            for other in roots.dropFirst(index + 1) where Self.contains(root, other) || Self.contains(other, root) {
                throw BundleError("manifest has overlapped roots: '\(root)' and '\(other)'")
            }
        }
    }

    /// The manifest as a document.
    var document: RegoValue {
        var members: [RegoValue: RegoValue] = ["revision": .string(revision), "roots": .array(roots.map(RegoValue.string))]
        if !entrypoints.isEmpty { members["wasm"] = .array(entrypoints) }
        if let regoVersion { members["rego_version"] = .number(RegoNumber(Int64(regoVersion))) }
        if !fileRegoVersions.isEmpty {
            var versions: [RegoValue: RegoValue] = [:]
            for (glob, version) in fileRegoVersions { versions[.string(glob)] = .number(RegoNumber(Int64(version))) }
            members["file_rego_versions"] = .object(versions)
        }
        if !metadata.isEmpty { members["metadata"] = .object(metadata) }
        return .object(members)
    }

    private static func failure(_ problem: String) -> BundleError { BundleError("bundle load failed on manifest decode: \(problem)") }

    private static func read<Member>(
        _ document: RegoValue, _ name: String, _ convert: (RegoValue) -> Member?
    ) throws(BundleError) -> Member? {
        guard let value = document[name], value != .null else { return nil }
        guard let member = convert(value) else { throw failure("\(name) is of the wrong type") }
        return member
    }

    private static func trimmed(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).drop { $0.isEmpty }.reversed().drop { $0.isEmpty }.reversed()
            .joined(separator: "/")
    }

    /// The dialect of a module by the manifest; `nil` if it does not say.
    ///
    /// - Parameter path: the file's path within the bundle, with a leading slash.
    public func version(of path: String) throws(BundleError) -> RegoVersion? {
        var version = regoVersion
        for (pattern, fileVersion) in fileRegoVersions where try Self.matches(pattern, path) {
            version = fileVersion
            break
        }
        switch version {
        case nil: return nil
        case 0?: return .v0
        case 1?: return .v1
        case let other?: throw BundleError("unknown bundle rego-version \(other) for file '\(path)'")
        }
    }

    private static func matches(_ pattern: String, _ path: String) throws(BundleError) -> Bool {
        do throws(RegexError) {
            let glob = try Glob(Array(pattern.utf8), delimiters: [])
            return glob.answer(Array(path.utf8)) == .matched
        } catch {
            throw BundleError("failed to compile glob pattern \(pattern): \(error)")
        }
    }

    // MARK: Roots

    /// Whether one of the roots is the path or stands above it.
    ///
    /// - Parameter path: names below `data`, joined by slashes.
    public func permits(_ path: String) -> Bool { roots.contains { Self.contains($0, path) } }

    /// Whether a root lies below a path.
    func hasRoot(below path: String) -> Bool { roots.contains { Self.contains(path, $0) } }

    private static func contains(_ root: String, _ path: String) -> Bool {
        if root.isEmpty { return true }
        let (root, path) = (root.split(separator: "/"), path.split(separator: "/"))
        return path.starts(with: root)
    }
}
