import Glibc

/// How models are admitted and loaded.
package struct ModelLoadOptions: Sendable {
    package var engine: EngineChoice
    /// Runs at once; as many as the worker has threads.
    package var sessions: Int
    package var admission: ModelAdmission

    package init(
        engine: EngineChoice, sessions: Int = 2, admission: ModelAdmission = .childProcess(executable: "/proc/self/exe")
    ) {
        self.engine = engine
        self.sessions = sessions
        self.admission = admission
    }
}

/// How a model is tried before the serving process touches it.
package enum ModelAdmission: Hashable, Sendable {
    /// `<executable> model-check …` compiles it and reproduces its golden image in a process of its own: a library that crashes on a
    /// model (one has been seen to) takes only that process with it.
    case childProcess(executable: String)
    /// Only the golden image in this process.
    case inProcess
}

/// The models that requests may name.
package final class ModelRegistry: Sendable {
    private let byName: [String: Model]

    /// Collects loaded models.
    ///
    /// - Throws: `.duplicateName`.
    package init(models: [Model]) throws(ModelError) {
        var byName: [String: Model] = [:]
        for model in models where byName.updateValue(model, forKey: model.name) != nil {
            throw ModelError(.duplicateName, "two models are named \(model.name)")
        }
        self.byName = byName
    }

    /// Loads every model of a folder: `<directory>/model.json` and `<directory>/*/model.json`. Blocking, about 0.3 seconds a model.
    ///
    /// - Throws: every code of `ModelError`; one bad model refuses all, so that nobody serves less than was configured.
    package static func load(directory: String, options: ModelLoadOptions) throws(ModelError) -> ModelRegistry {
        let engine = try options.engine.makeEngine()
        var models: [Model] = []
        for folder in try folders(beneath: directory) {
            models.append(try load(folder: folder, engine: engine, options: options))
        }
        guard !models.isEmpty else {
            throw ModelError(.fileMissing, "no model.json in \(directory) or a folder in it")
        }
        return try ModelRegistry(models: models)
    }

    /// Sorted.
    package var names: [String] { byName.keys.sorted() }
    /// Sorted by name.
    package var models: [Model] { byName.values.sorted { $0.name < $1.name } }

    package subscript(name: String) -> Model? { byName[name] }

    private static func load(folder: String, engine: any InferenceEngine, options: ModelLoadOptions) throws(ModelError) -> Model {
        let files = try ModelFiles(directory: folder)
        if case .childProcess(let executable) = options.admission {
            try ModelCheck.runChild(executable: executable, files: files, engine: options.engine)
        }
        return try Model(files, engine: engine, sessions: options.sessions)
    }

    private static func folders(beneath directory: String) throws(ModelError) -> [String] {
        guard let handle = opendir(directory) else {
            throw ModelError(.fileMissing, "the models folder \(directory) cannot be opened: \(FileDescriptor.text(ofErrno: errno))")
        }
        defer { closedir(handle) }
        var folders: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            let folder = name == "." ? directory : "\(directory)/\(name)"
            if name == "." || !name.hasPrefix("."), access("\(folder)/\(ModelFiles.manifestName)", F_OK) == 0 { folders.append(folder) }
        }
        return folders.sorted()
    }
}
