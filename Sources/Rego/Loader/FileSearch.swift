import Glibc

/// Finds the files that a loader's arguments name, in the order in which they are read.
struct FileSearch {
    /// A file that is to be read, or why there is none.
    struct Found {
        let path: String
        /// The names below `data` that lead to a document.
        var names: [String] = []
        /// How a document is written; `nil` for a module.
        var format: BaseDataBuilder.Format?
        /// Whether it is an archive of modules and documents.
        var isArchive = false
        /// Why nothing can be read.
        var problem: String?

        var isDocument: Bool { format != nil || isArchive }
    }

    let ignored: [String]
    let readsModulesAlone: Bool
    let readsArchives: Bool
    private(set) var found: [Found] = []

    init(ignored: [String], readsModulesAlone: Bool, readsArchives: Bool) {
        self.ignored = ignored
        self.readsModulesAlone = readsModulesAlone
        self.readsArchives = readsArchives
    }

    /// Folders within each other beyond which a tree is refused.
    private static let folderDepth = 64

    /// Adds a file, or the files of a folder: `path` or `a.b:path`.
    mutating func add(_ argument: String) {
        var path = argument
        var prefix: [String] = []
        if let colon = argument.firstIndex(of: ":"), FileBytes.kind(of: argument) == nil {
            prefix = argument[..<colon].split(separator: ".").map(String.init)
            if prefix.first == "data" { prefix.removeFirst() }
            path = String(argument[argument.index(after: colon)...])
        }
        path = Self.cleaned(path)
        switch FileBytes.kind(of: path) {
        case nil: fail(FileBytes.Failure(lastOf: path).description, path)
        case .folder?: addFolder(path, below: prefix, depth: 0)
        case .file?, .other?:
            guard !addFile(path, below: prefix), !readsModulesAlone else { return }
            let kinds = readsArchives ? ".rego, .json, .yaml, .yml nor .tar.gz" : ".rego, .json, .yaml nor .yml"
            fail("\(path): can't recognize file type: neither \(kinds)", path)
        }
    }

    private mutating func fail(_ problem: String, _ path: String) { found.append(Found(path: path, problem: problem)) }

    private mutating func addFolder(_ path: String, below prefix: [String], depth: Int) {
        // A folder's link to one above it must not lead around forever.
        guard depth < Self.folderDepth else { return fail("\(path): folders are nested too deeply", path) }
        let names: [String]
        do throws(FileBytes.Failure) {
            names = try FileBytes.names(in: path)
        } catch {
            return fail(error.description, path)
        }
        for name in names where !Self.ignores(name, ignored) {
            let below = Self.name(name, in: path)
            switch FileBytes.kind(of: below) {
            case .folder?: addFolder(below, below: prefix + [name], depth: depth + 1)
            case .file?, .other?: _ = addFile(below, below: prefix)
            case nil: fail(FileBytes.Failure(lastOf: below).description, below)
            }
        }
    }

    /// Adds a file if its name says that it is of a known kind.
    private mutating func addFile(_ path: String, below prefix: [String]) -> Bool {
        if path.hasSuffix(".rego") {
            found.append(Found(path: path))
            return true
        }
        if readsArchives, !readsModulesAlone, path.hasSuffix(".tar.gz") {
            found.append(Found(path: path, names: prefix, isArchive: true))
            return true
        }
        guard !readsModulesAlone, let format = BaseDataBuilder.Format(ofFile: path) else { return false }
        found.append(Found(path: path, names: prefix, format: format))
        return true
    }

    /// Whether a name fits one of the shell patterns.
    static func ignores(_ name: String, _ patterns: [String]) -> Bool {
        patterns.contains { unsafe fnmatch($0, name, FNM_PATHNAME) == 0 }
    }

    // MARK: Paths

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

    /// The files in a folder and all folders below it with the names that lead to each, or a file itself with no names; by name.
    ///
    /// - Parameter followsLinks: whether links within the folder count as what they lead to; otherwise they are passed over.
    static func files(
        below root: String, followsLinks: Bool
    ) throws(FileBytes.Failure) -> [(path: String, segments: [String])] {
        var files: [(path: String, segments: [String])] = []
        var open: [(path: String, segments: [String])] = [(root, [])]
        while let next = open.popLast() {
            guard next.segments.count <= folderDepth else { throw FileBytes.Failure("\(next.path): folders are nested too deeply") }
            if !followsLinks, !next.segments.isEmpty, FileBytes.isLink(next.path) { continue }
            switch FileBytes.kind(of: next.path) {
            case nil: throw FileBytes.Failure(lastOf: next.path)
            case .file?, .other?: files.append(next)
            case .folder?:
                for name in try FileBytes.names(in: next.path).reversed() { open.append((next.path + "/" + name, next.segments + [name])) }
            }
        }
        return files
    }
}

extension Loader {
    /// The files in a folder and all folders below it with the names that lead to each, or a file itself with no names; by name.
    ///
    /// - Parameter followsLinks: whether links within the folder count as what they lead to; otherwise they are passed over.
    package static func files(
        below root: String, followsLinks: Bool = true
    ) throws(Failure) -> [(path: String, segments: [String])] {
        do throws(FileBytes.Failure) {
            return try FileSearch.files(below: root, followsLinks: followsLinks)
        } catch {
            throw Failure(error.description)
        }
    }
}
