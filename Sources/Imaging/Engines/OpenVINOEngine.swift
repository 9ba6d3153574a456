import CImaging
import Glibc
import Synchronization

/// OpenVINO's CPU plugin through its C interface, loaded at run time from one folder.
package struct OpenVINOEngine: InferenceEngine {
    private let library: OpenVINOLibrary

    /// Loads the library of a folder, once a process.
    ///
    /// - Parameter directory: the folder; nil looks in the usual places (see `locate`).
    /// - Throws: `.engineMissing`, `.engineFailed`.
    package init(directory: String?) throws(ModelError) {
        guard let found = Self.locate(directory) else {
            throw ModelError(
                .engineMissing,
                "OpenVINO was not found in \(Self.places(directory).joined(separator: ", ")); run examples/models/fetch-openvino, set "
                    + "WARD_OPENVINO_DIR, or choose the built-in engine")
        }
        self.library = try OpenVINOLibrary.shared(directory: found)
    }

    package var name: String { "openvino \(library.version)" }
    package var fileRole: String { "onnx" }

    /// The first folder that holds the library: the one named, or `$WARD_OPENVINO_DIR`, `<executable>/../lib/openvino` and
    /// `~/.local/lib/ward/openvino`.
    package static func locate(_ directory: String?) -> String? {
        places(directory).first { ward_openvino_present($0) != 0 }
    }

    private static func places(_ directory: String?) -> [String] {
        if let directory { return [directory] }
        var places: [String] = []
        if let named = variable("WARD_OPENVINO_DIR") { places.append(named) }
        if let executable = executablePath(), let end = executable.lastIndex(of: "/") {
            places.append("\(executable[..<end])/../lib/openvino")
        }
        if let home = variable("HOME") { places.append("\(home)/.local/lib/ward/openvino") }
        return places
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    private static func executablePath() -> String? {
        let bytes = [CChar](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, buffer.baseAddress.map { readlink("/proc/self/exe", $0, buffer.count) } ?? 0)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package func load(_ bytes: [UInt8], manifest: ModelManifest, sessions: Int) throws(ModelError) -> any LoadedNetwork {
        try OpenVINONetwork(library: library, bytes, manifest: manifest, sessions: sessions)
    }
}

/// Runs a C call that may leave a sentence about its failure.
private func withProblem<Result>(_ body: (UnsafeMutablePointer<CChar>, Int) -> Result) -> (result: Result, problem: String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
        buffer.initialize(repeating: 0)
        guard let base = buffer.baseAddress else { preconditionFailure("a buffer of 1024 bytes has an address") }
        let result = body(base, buffer.count)
        return (result, String(cString: base))
    }
}

/// `@unchecked Sendable`: set once; OpenVINO's core may be used from several threads.
private final class OpenVINOLibrary: @unchecked Sendable {
    let pointer: OpaquePointer
    let version: String

    private init(pointer: OpaquePointer) {
        self.pointer = pointer
        self.version = String(cString: ward_openvino_version(pointer))
    }

    private static let loaded = Mutex<[String: OpenVINOLibrary]>([:])

    static func shared(directory: String) throws(ModelError) -> OpenVINOLibrary {
        let outcome: Result<OpenVINOLibrary, ModelError> = loaded.withLock { loaded in
            if let library = loaded[directory] { return .success(library) }
            let (opened, problem) = withProblem { ward_openvino_open(directory, $0, $1) }
            guard let opened else { return .failure(ModelError(.engineFailed, "OpenVINO in \(directory) cannot be loaded: \(problem)")) }
            let library = OpenVINOLibrary(pointer: opened)
            loaded[directory] = library
            return .success(library)
        }
        return try outcome.get()
    }
}

/// `@unchecked Sendable`: a compiled model may create requests on any thread.
private final class OpenVINONetwork: LoadedNetwork, @unchecked Sendable {
    private let compiled: OpaquePointer
    fileprivate let manifest: ModelManifest

    init(library: OpenVINOLibrary, _ bytes: [UInt8], manifest: ModelManifest, sessions: Int) throws(ModelError) {
        let (compiled, problem) = withProblem { ward_openvino_compile(library.pointer, bytes, bytes.count, Int32(sessions), $0, $1) }
        guard let compiled else { throw ModelError(.engineFailed, "OpenVINO refuses the network of \(manifest.name): \(problem)") }
        self.compiled = compiled
        self.manifest = manifest
    }

    deinit {
        ward_openvino_model_destroy(compiled)
    }

    func makeSession() throws(ModelError) -> any InferenceSession {
        let (request, problem) = withProblem { ward_openvino_request_create(compiled, $0, $1) }
        guard let request else { throw ModelError(.engineFailed, "OpenVINO gives no session for \(manifest.name): \(problem)") }
        return OpenVINOSession(network: self, request: request)
    }
}

/// `@unchecked Sendable`: a model's pool hands a session to one user at a time.
private final class OpenVINOSession: InferenceSession, @unchecked Sendable {
    private let network: OpenVINONetwork
    private let request: OpaquePointer

    init(network: OpenVINONetwork, request: OpaquePointer) {
        self.network = network
        self.request = request
    }

    deinit {
        ward_openvino_request_destroy(request)
    }

    func run(_ input: [Float]) throws(InferenceError) -> [OutputTensor] {
        let manifest = network.manifest
        let (status, problem) = withProblem { ward_openvino_run(request, manifest.inputName, input, input.count, $0, $1) }
        guard status == 0 else { throw InferenceError(.engineFailed, "OpenVINO failed on \(manifest.name): \(problem)") }
        var tensors: [OutputTensor] = []
        for spec in manifest.outputs {
            var values = [Float](repeating: 0, count: spec.shape.reduce(1, *))
            let (status, problem) = withProblem { ward_openvino_output(request, spec.name, &values, values.count, $0, $1) }
            guard status == 0 else { throw InferenceError(.engineFailed, "OpenVINO's output \(spec.name) is unusable: \(problem)") }
            tensors.append(OutputTensor(name: spec.name, shape: spec.shape, values: values))
        }
        return tensors
    }
}
