import FoundationEssentials
import Glibc
import Imaging
import Testing

/// A copy of the shipped model that a test may damage.
func copyOfModel() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["model.json", "model.onnx", "model.wardnet", "golden.dcm", "golden.json"] {
        try writeFile(readFile("\(Repository.model)/\(name)"), "\(folder.path)/\(name)")
    }
    return folder
}

/// Replaces text in a model's manifest.
func edit(_ folder: TemporaryFolder, _ old: String, _ new: String) throws {
    let path = "\(folder.path)/model.json"
    var text = String(decoding: try readFile(path), as: UTF8.self)
    text.replaceSubrange(try #require(text.firstRange(of: old)), with: new)
    try writeFile(Array(text.utf8), path)
}

let builtIn = ModelLoadOptions(engine: .builtIn, sessions: 1, admission: .inProcess)

@Suite("Models")
struct ModelTests {
    @Test("the shipped model loads, says what it is, and reproduces its golden image")
    func shipped() throws {
        let registry = try ModelRegistry.load(directory: "\(Repository.root)/examples/models", options: builtIn)
        #expect(registry.names == ["ct-nodule"])
        let model = try #require(registry["ct-nodule"])
        #expect(model.engine == "ward built-in kernel")
        #expect(model.digest == Digest.sha256(try readFile("\(Repository.model)/model.json")))
        #expect(model.manifest.notice.contains("Not for clinical use"))
        #expect(model.manifest.modalityNames == ["CT", "MR"])
        #expect(model.manifest.inputs.map(\.shape) == [[1, 1, 256, 256]])
        #expect(model.manifest.outputs.map(\.name) == ["prob", "heat"])
        #expect(model.accepts(modality: "MR") && !model.accepts(modality: "US") && !model.accepts(modality: nil))
        #expect(registry["other"] == nil)
    }

    @Test("a changed file is refused before anything loads it", arguments: ["model.wardnet", "golden.dcm", "golden.json"])
    func hashMismatch(name: String) throws {
        let folder = try copyOfModel()
        var bytes = try readFile("\(folder.path)/\(name)")
        bytes[bytes.count / 2] ^= 1
        try writeFile(bytes, "\(folder.path)/\(name)")
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: folder.path, options: builtIn) } == .hashMismatch)
        #expect(ModelCheck.run(arguments: [folder.path, "--engine", "builtin"]) == 1)
    }

    @Test("a missing file is refused", arguments: ["model.wardnet", "golden.dcm", "model.json"])
    func missing(name: String) throws {
        let folder = try copyOfModel()
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: folder.path, options: builtIn) } == .fileMissing)
    }

    @Test("a file that is a symbolic link is refused")
    func symbolicLink() throws {
        let folder = try copyOfModel()
        let path = "\(folder.path)/model.wardnet"
        #expect(rename(path, "\(folder.path)/elsewhere") == 0)
        #expect(symlink("elsewhere", path) == 0)
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: folder.path, options: builtIn) } == .fileMissing)
    }

    @Test("outputs that are not the golden ones are refused")
    func golden() throws {
        let folder = try copyOfModel()
        let old = try readFile("\(folder.path)/golden.json")
        let text = String(decoding: old, as: UTF8.self).replacing("\"prob\": [0.9", with: "\"prob\": [0.5", maxReplacements: 1)
        try writeFile(Array(text.utf8), "\(folder.path)/golden.json")
        try edit(folder, Digest.sha256(old), Digest.sha256(Array(text.utf8)))
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: folder.path, options: builtIn) } == .goldenMismatch)
    }

    @Test(
        "a manifest that breaks a rule is refused",
        arguments: [
            ("\"format\": 1", "\"format\": 2"), ("\"name\": \"ct-nodule\"", "\"name\": \"../x\""), ("\"rows\": 256", "\"rows\": 0"),
            ("\"rows\": 256", "\"rows\": 1e9"), ("\"rows\": 256", "\"rows\": \"256\""), ("\"kind\": \"fixed\"", "\"kind\": \"other\""),
            ("\"path\": \"model.onnx\"", "\"path\": \"../model.onnx\""), ("\"path\": \"model.onnx\"", "\"path\": \"/etc/passwd\""),
            ("\"role\": \"onnx\"", "\"role\": \"kernel\""), ("\"notice\": \"Synthetic", "\"notics\": \"Synthetic"), ("{", "["),
            ("\"goldenTolerance\": 0.002", "\"goldenTolerance\": 5"), ("\"kind\": \"probability\"", "\"kind\": \"heatmap\""),
            ("\"width\": 1500.0", "\"width\": 0"), ("\"high\": 99", "\"high\": 101"),
        ])
    func manifest(old: String, new: String) throws {
        let folder = try copyOfModel()
        try edit(folder, old, new)
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: folder.path, options: builtIn) } == .manifestInvalid)
    }

    @Test("two models of one name are refused")
    func duplicate() throws {
        let parent = try TemporaryFolder()
        for name in ["a", "b"] {
            try FileManager.default.copyItem(atPath: Repository.model, toPath: "\(parent.path)/\(name)")
        }
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: parent.path, options: builtIn) } == .duplicateName)
    }

    @Test("a folder without models is refused")
    func empty() throws {
        let folder = try TemporaryFolder()
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: folder.path, options: builtIn) } == .fileMissing)
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: "/nonexistent", options: builtIn) } == .fileMissing)
    }

    @Test("a kernel file cut off or changed anywhere is an error, never a crash")
    func hostileKernel() throws {
        let manifest = try ModelManifest(json: readFile("\(Repository.model)/model.json"))
        let bytes = try readFile("\(Repository.model)/model.wardnet")
        var random = SeededGenerator(state: 5)
        for length in [0, 7, 8, 12, 20, 23, 24, 47, 48, 100, bytes.count - 1] {
            #expect(
                modelErrorCode { _ = try BuiltInEngine().load(Array(bytes[..<length]), manifest: manifest, sessions: 1) } == .engineFailed)
        }
        for _ in 0..<200 {
            var changed = bytes
            changed[Int.random(in: 0..<64, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            _ = try? BuiltInEngine().load(changed, manifest: manifest, sessions: 1).makeSession()
        }
    }

    @Test("SHA-256 gives the standard's own examples")
    func sha256() {
        #expect(Digest.sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Digest.sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(Digest.sha256(Array(two.utf8)) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(Digest.sha256(million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
}

@Suite("Model admission")
struct ModelAdmissionTests {
    private func outcome(of script: String) throws -> ModelError? {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/ward"
        try writeFile(Array("#!/bin/sh\n\(script)\n".utf8), path)
        #expect(chmod(path, 0o755) == 0)
        let options = ModelLoadOptions(engine: .builtIn, sessions: 1, admission: .childProcess(executable: path))
        for _ in 0..<500 {
            do {
                _ = try ModelRegistry.load(directory: Repository.model, options: options)
                return nil
            } catch {
                // A child that another test was just starting still has the script open for writing.
                guard error.message.contains("Text file busy") else { return error }
                usleep(10_000)
            }
        }
        return ModelError(.admissionFailed, "the script stays open for writing")
    }

    @Test("the child is asked for exactly this model")
    func accepted() throws {
        let digest = Digest.sha256(try readFile("\(Repository.model)/model.json"))
        let error = try outcome(
            of: "test \"$*\" = \"model-check \(Repository.model) --engine builtin --digest \(digest)\" && test -z \"$SECRET\"")
        #expect(error == nil)
    }

    @Test("the child's own words are the reason")
    func refused() throws {
        let error = try outcome(of: "echo 'golden_mismatch: output prob' >&2; exit 1")
        #expect(error?.code == .admissionFailed)
        #expect(error?.message.contains("golden_mismatch: output prob") == true)
    }

    @Test("a child that crashes refuses the model")
    func crashed() throws {
        let error = try outcome(of: "kill -SEGV $$")
        #expect(error?.code == .admissionFailed)
        #expect(error?.message.contains("crashed") == true)
    }

    @Test("a child that floods standard error ends all the same")
    func flood() throws {
        let error = try outcome(of: "head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 3")
        #expect(error?.code == .admissionFailed)
        #expect((error?.message.utf8.count ?? 0) < 3000)
    }

    @Test("a program that does not exist refuses the model")
    func missing() {
        let options = ModelLoadOptions(engine: .builtIn, admission: .childProcess(executable: "/nonexistent/ward"))
        #expect(modelErrorCode { _ = try ModelRegistry.load(directory: Repository.model, options: options) } == .admissionFailed)
    }

    @Test("model-check answers with its exit code")
    func command() {
        #expect(ModelCheck.run(arguments: [Repository.model, "--engine", "builtin"]) == 0)
        #expect(ModelCheck.run(arguments: [Repository.model, "--engine", "builtin", "--digest", String(repeating: "0", count: 64)]) == 1)
        #expect(ModelCheck.run(arguments: [Repository.model, "--engine", "openvino", "--openvino-dir", "/nonexistent"]) == 1)
        #expect(ModelCheck.run(arguments: [Repository.model, "--engine", "other"]) == 2)
        #expect(ModelCheck.run(arguments: ["--engine"]) == 2)
        #expect(ModelCheck.run(arguments: []) == 2)
    }
}

@Suite("Engines")
struct EngineTests {
    @Test("OpenVINO that is not there is named with a way out")
    func missing() {
        let error = #expect(throws: ModelError.self) { try EngineChoice.openVINO(directory: "/nonexistent").makeEngine() }
        #expect(error?.code == .engineMissing)
        #expect(error?.message.contains("fetch-openvino") == true)
    }

    @Test("the built-in kernel stands in only where the configuration says so")
    func fallback() throws {
        #expect(try EngineChoice.openVINOOrBuiltIn(directory: "/nonexistent").makeEngine().name == "ward built-in kernel")
    }

    @Test("a library that is no library is an error, not a reason to fall back")
    func brokenLibrary() throws {
        let folder = try TemporaryFolder()
        try writeFile([1, 2, 3], "\(folder.path)/libopenvino_c.so.1")
        #expect(modelErrorCode { _ = try EngineChoice.openVINOOrBuiltIn(directory: folder.path).makeEngine() } == .engineFailed)
    }

    // Needs a folder filled by examples/models/fetch-openvino: WARD_OPENVINO_DIR or ~/.local/lib/ward/openvino.
    @Test("OpenVINO and the built-in kernel agree", .enabled(if: Environment.openVINO != nil, "OpenVINO is not installed"))
    func agreement() throws {
        let options = ModelLoadOptions(engine: .openVINO(directory: nil), sessions: 2, admission: .inProcess)
        let fast = try #require(try ModelRegistry.load(directory: Repository.model, options: options)["ct-nodule"])
        let own = try #require(try ModelRegistry.load(directory: Repository.model, options: builtIn)["ct-nodule"])
        #expect(fast.engine.hasPrefix("openvino 20"))
        var worst: Float = 0
        for seed in 0..<12 {
            let bytes = Phantom(seed: UInt64(1000 + seed), withNodule: seed % 2 == 0).dicom()
            let header = try DICOMReader().readHeader(bytes: bytes)
            let input = try own.prepare(try DICOMReader().decodePixels(bytes: bytes, header: header), modality: "CT")
            for (left, right) in zip(try fast.run(input), try own.run(input)) {
                #expect(left.name == right.name && left.shape == right.shape && left.values.count == right.values.count)
                for (a, b) in zip(left.values, right.values) { worst = max(worst, abs(a - b)) }
            }
        }
        print("OpenVINO and the built-in kernel differ by at most \(worst)")
        #expect(worst < 1e-4)
    }

    @Test("OpenVINO refuses a broken network with words", .enabled(if: Environment.openVINO != nil, "OpenVINO is not installed"))
    func brokenNetwork() throws {
        let engine = try OpenVINOEngine(directory: nil)
        let manifest = try ModelManifest(json: readFile("\(Repository.model)/model.json"))
        let bytes = try readFile("\(Repository.model)/model.onnx")
        #expect(
            modelErrorCode { _ = try engine.load(Array(bytes[..<(bytes.count / 2)]), manifest: manifest, sessions: 1) } == .engineFailed)
        #expect(modelErrorCode { _ = try engine.load([], manifest: manifest, sessions: 1) } == .engineFailed)
        #expect(modelErrorCode { _ = try engine.load([1, 2, 3], manifest: manifest, sessions: 1) } == .engineFailed)
    }
}
