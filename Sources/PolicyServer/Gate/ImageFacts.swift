import Gatekeeper
import Imaging

/// What Ward itself established about the image that a request names: the only word that counts.
struct ImageFacts: Sendable {
    let store: String
    let path: String
    /// The open file; `nil` when it could not be opened.
    let image: OpenedImage?
    /// Its header; `nil` when it could not be read.
    let header: DICOMHeader?
    /// Why one of the two is missing.
    let failure: ImageError?

    /// The failure, where it is what a caller has to hear who may know. What lies elsewhere than on a local disk is refused for that,
    /// whatever its bytes are.
    var disclosable: ImageError? { image?.isLocal == false ? nil : failure }

    /// Opens the image and reads its header. Blocks for a few system calls.
    static func establish(store: String, path: String, in stores: [String: ImageStore]) -> ImageFacts {
        guard let folder = stores[store] else {
            return ImageFacts(store: store, path: path, image: nil, header: nil, failure: ImageError(.notFound, "no such store"))
        }
        let image: OpenedImage
        do {
            image = try folder.open(relativePath: path)
        } catch {
            return ImageFacts(store: store, path: path, image: nil, header: nil, failure: error)
        }
        do {
            return ImageFacts(store: store, path: path, image: image, header: try image.readHeader(), failure: nil)
        } catch {
            return ImageFacts(store: store, path: path, image: image, header: nil, failure: error)
        }
    }

    /// `input.data`.
    var document: JSON {
        guard let image else { return Self.unknown(store: store, path: path) }
        return .members(
            ("store", .string(store)), ("path", .string(path)), ("location", .string(image.isLocal ? "local" : "remote")),
            ("filesystem", .string(image.fileSystem.name)), ("size", .integer(Int64(image.size))),
            ("modality", header?.modality.map { .string($0) }), ("body_part", header?.bodyPart.map { .string($0) }),
            ("sop_class", header?.sopClassUID.map { .string($0) }), ("instance", header?.sopInstanceUID.map { .string($0) }),
            ("study", header?.studyInstanceUID.map { .string($0) }), ("series", header?.seriesInstanceUID.map { .string($0) }),
            ("burned_in_annotation", header?.burnedInAnnotation.map { .bool($0) }),
            ("identity_removed", header?.patientIdentityRemoved.map { .bool($0) }),
            ("rows", header?.rows.map { .integer(Int64($0)) }), ("columns", header?.columns.map { .integer(Int64($0)) }),
            ("frames", header?.numberOfFrames.map { .integer(Int64($0)) }),
            ("transfer_syntax", (header?.transferSyntax.uid).map { .string($0) }))
    }

    /// `input.data` of an image of which nothing is known: what everybody is told who may not know more.
    static func unknown(store: String, path: String) -> JSON {
        .members(("store", .string(store)), ("path", .string(path)), ("location", .string("unknown")))
    }

    /// `input.data` of an image as the caller may see one, if it existed.
    static func supposed(store: String, path: String, modality: String) -> JSON {
        .members(
            ("store", .string(store)), ("path", .string(path)), ("location", .string("local")), ("modality", .string(modality)))
    }
}
