import FoundationEssentials

/// `model.json`: what a model is for, what goes in and comes out, and the SHA-256 of every file it consists of.
package struct ModelManifest: Sendable {
    /// One input or output tensor, in the words of the Open Inference Protocol.
    package struct TensorSpec: Hashable, Sendable {
        package let name: String
        /// Always `FP32`.
        package var datatype: String { "FP32" }
        package let shape: [Int]
    }

    /// What an output means.
    package enum OutputKind: String, Hashable, Sendable, Decodable {
        /// Numbers from 0 to 1.
        case probability
        /// A map `[1, 1, rows, columns]` over the input; its highest place is reported.
        case heatmap
        /// Anything else.
        case raw
    }

    package struct Output: Hashable, Sendable {
        package let spec: TensorSpec
        package let kind: OutputKind
    }

    /// How an image of one modality becomes the network's input, and what the result means for it.
    package struct Modality: Hashable, Sendable {
        package let window: Window
        package let meaning: String
    }

    package let name: String
    package let version: String
    package let title: String
    /// What a reader must be told with every result, such as "not for clinical use".
    package let notice: String
    package let modalities: [String: Modality]
    package let inputName: String
    package let inputRows: Int
    package let inputColumns: Int
    package let outputSpecs: [Output]
    /// How far an output may be from the golden one.
    package let goldenTolerance: Float
    let files: [String: File]

    /// A file of the model.
    struct File: Hashable, Sendable {
        let path: String
        let sha256: String
    }

    /// Sorted.
    package var modalityNames: [String] { modalities.keys.sorted() }
    /// The one input: `[1, 1, rows, columns]`.
    package var inputs: [TensorSpec] { [TensorSpec(name: inputName, shape: [1, 1, inputRows, inputColumns])] }
    package var outputs: [TensorSpec] { outputSpecs.map(\.spec) }

    /// Reads and checks a manifest.
    ///
    /// - Throws: `.manifestInvalid` with the member that is wrong.
    package init(json: [UInt8]) throws(ModelError) {
        let written: Written
        do {
            written = try JSONDecoder().decode(Written.self, from: Data(json))
        } catch let error as DecodingError {
            throw ModelError(.manifestInvalid, "model.json: \(Self.explain(error))")
        } catch {
            throw ModelError(.manifestInvalid, "model.json is not JSON")
        }
        try self.init(written)
    }

    private init(_ written: Written) throws(ModelError) {
        func require(_ condition: Bool, _ message: String) throws(ModelError) {
            guard condition else { throw ModelError(.manifestInvalid, "model.json: \(message)") }
        }
        try require(written.format == 1, "format must be 1")
        try require(Self.isName(written.name), "name must be 1 to 64 letters, digits, `-`, `_` or `.`, and begin with a letter or digit")
        try require(Self.isName(written.version), "version must be 1 to 64 letters, digits, `-`, `_` or `.`")
        try require(!written.notice.isEmpty, "notice must say what a reader of results has to know")
        try require(!written.modalities.isEmpty, "modalities must name at least one")
        let (rows, columns) = (written.input.rows, written.input.columns)
        try require((8...2048).contains(rows) && (8...2048).contains(columns), "input rows and columns must lie between 8 and 2048")
        try require((1...16).contains(written.outputs.count), "outputs must have 1 to 16 entries")
        try require(Set(written.outputs.map(\.name)).count == written.outputs.count, "an output's name appears twice")
        for output in written.outputs {
            let isSmall = output.shape.count <= 8 && output.shape.allSatisfy { (1...4096).contains($0) }
            try require(isSmall && output.shape.reduce(1, *) <= 1 << 24, "the shape of output \(output.name) is out of bounds")
            try require(
                output.kind != .heatmap || (output.shape.count == 4 && output.shape[0] == 1 && output.shape[1] == 1),
                "output \(output.name) is a heatmap, so its shape must be [1, 1, rows, columns]")
        }
        var files: [String: File] = [:]
        for file in written.files {
            try require(Self.isName(file.path), "file path \(file.path) must be a plain file name")
            try require(
                file.sha256.utf8.count == 64 && file.sha256.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) },
                "sha256 of \(file.path) must be 64 lower-case hexadecimal digits")
            try require(
                files.updateValue(File(path: file.path, sha256: file.sha256), forKey: file.role) == nil, "role \(file.role) appears twice")
        }
        try require(
            files["golden-image"] != nil && files["golden-outputs"] != nil, "files must have the roles golden-image and golden-outputs")
        let tolerance = written.goldenTolerance ?? 0.001
        try require(tolerance > 0 && tolerance <= 0.1, "goldenTolerance must lie between 0 and 0.1")
        var modalities: [String: Modality] = [:]
        for (name, modality) in written.modalities {
            modalities[name] = Modality(window: try modality.window.checked(modality: name), meaning: modality.meaning)
        }
        self.name = written.name
        self.version = written.version
        self.title = written.title
        self.notice = written.notice
        self.modalities = modalities
        self.inputName = written.input.name
        self.inputRows = rows
        self.inputColumns = columns
        self.outputSpecs = written.outputs.map { Output(spec: TensorSpec(name: $0.name, shape: $0.shape), kind: $0.kind) }
        self.goldenTolerance = Float(tolerance)
        self.files = files
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
    }

    private static func explain(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "the top level" : path
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context)) lacks `\(key.stringValue)`"
        case .typeMismatch(_, let context), .valueNotFound(_, let context): return "\(place(context)) has the wrong type"
        case .dataCorrupted(let context): return "\(place(context)) is not valid (\(context.debugDescription))"
        @unknown default: return "it cannot be read"
        }
    }
}

extension ModelManifest {
    /// The JSON as written, before its checks.
    private struct Written: Decodable {
        struct Input: Decodable {
            let name: String
            let rows: Int
            let columns: Int
        }
        struct Output: Decodable {
            let name: String
            let kind: OutputKind
            let shape: [Int]
        }
        struct File: Decodable {
            let role: String
            let path: String
            let sha256: String
        }
        struct Modality: Decodable {
            let window: Window.Written
            let meaning: String
        }
        let format: Int
        let name: String
        let version: String
        let title: String
        let notice: String
        let modalities: [String: Modality]
        let input: Input
        let outputs: [Output]
        let files: [File]
        let goldenTolerance: Double?
    }
}
