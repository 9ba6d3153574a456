/// Which engine runs models, as the configuration says.
package enum EngineChoice: Hashable, Sendable {
    /// OpenVINO or nothing. A nil folder means the usual places.
    case openVINO(directory: String?)
    /// OpenVINO, or the built-in kernel when no OpenVINO is installed. A library that is there and broken is an error all the same.
    case openVINOOrBuiltIn(directory: String?)
    case builtIn

    /// Loads the engine.
    ///
    /// - Throws: `.engineMissing`, `.engineFailed`.
    package func makeEngine() throws(ModelError) -> any InferenceEngine {
        switch self {
        case .openVINO(let directory):
            return try OpenVINOEngine(directory: directory)
        case .openVINOOrBuiltIn(let directory):
            guard OpenVINOEngine.locate(directory) != nil else { return BuiltInEngine() }
            return try OpenVINOEngine(directory: directory)
        case .builtIn:
            return BuiltInEngine()
        }
    }

    /// The same choice as arguments of `model-check`.
    var arguments: [String] {
        switch self {
        case .openVINO(let directory): ["--engine", "openvino"] + (directory.map { ["--openvino-dir", $0] } ?? [])
        case .openVINOOrBuiltIn(let directory): ["--engine", "openvino-or-builtin"] + (directory.map { ["--openvino-dir", $0] } ?? [])
        case .builtIn: ["--engine", "builtin"]
        }
    }
}
