import FoundationEssentials

/// The golden image and the outputs it must give: proof that file, engine and machine together compute what was trained.
struct GoldenCheck {
    private struct Written: Decodable {
        let outputs: [String: [Float]]
    }

    private let image: PixelImage
    private let modality: String
    private let expected: [String: [Float]]
    private let manifest: ModelManifest

    init(_ files: ModelFiles) throws(ModelError) {
        let bytes = try files.bytes(role: "golden-image")
        let text = try files.bytes(role: "golden-outputs")
        let reader = DICOMReader()
        do {
            let header = try reader.readHeader(bytes: bytes)
            self.modality = header.modality ?? ""
            self.image = try reader.decodePixels(bytes: bytes, header: header)
        } catch {
            throw ModelError(.manifestInvalid, "the golden image of \(files.manifest.name) is unusable: \(error)")
        }
        do {
            self.expected = try JSONDecoder().decode(Written.self, from: Data(text)).outputs
        } catch {
            throw ModelError(.manifestInvalid, "the golden outputs of \(files.manifest.name) are not {\"outputs\": {name: [numbers]}}")
        }
        self.manifest = files.manifest
    }

    /// Runs the golden image on a session, which also warms it up.
    ///
    /// - Throws: `.goldenMismatch`, `.engineFailed`.
    func run(on session: any InferenceSession) throws(ModelError) {
        guard let preparation = manifest.modalities[modality] else {
            throw ModelError(.manifestInvalid, "the golden image of \(manifest.name) is of a modality that its manifest does not name")
        }
        let preprocessor = Preprocessor(rows: manifest.inputRows, columns: manifest.inputColumns, window: preparation.window)
        let outputs: [OutputTensor]
        do {
            outputs = try session.run(preprocessor.prepare(image).input)
        } catch {
            throw ModelError(.engineFailed, error.message)
        }
        for output in outputs {
            guard let golden = expected[output.name], golden.count == output.values.count else {
                throw ModelError(
                    .goldenMismatch, "model \(manifest.name) has no golden values of the right number for output \(output.name)")
            }
            for (index, pair) in zip(golden, output.values).enumerated() {
                // Written so that a value that is not a number fails.
                guard abs(pair.0 - pair.1) <= manifest.goldenTolerance else {
                    throw ModelError(
                        .goldenMismatch,
                        "output \(output.name)[\(index)] of model \(manifest.name) is \(pair.1) where the golden image must give \(pair.0)")
                }
            }
        }
    }
}
