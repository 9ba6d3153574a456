/// The facts that a policy may decide on and the decoder needs: the only values that are ever copied out of a DICOM data set.
package struct DICOMHeader: Hashable, Sendable {
    /// Where the pixel element's value lies in the file.
    struct PixelLocation: Hashable, Sendable {
        let offset: Int
        /// Bytes; nil when the value is a sequence of fragments.
        let length: Int?
        /// Whether the value was written as 16-bit words (VR `OW`), which matters for 8-bit pixels in big endian.
        let isWords: Bool
    }

    package let transferSyntax: TransferSyntax
    package internal(set) var sopClassUID: String?
    package internal(set) var sopInstanceUID: String?
    package internal(set) var studyInstanceUID: String?
    package internal(set) var seriesInstanceUID: String?
    /// Upper-case, without padding: `CT`, `MR`, …
    package internal(set) var modality: String?
    package internal(set) var bodyPart: String?
    /// `YES` is true, `NO` is false; nil when the file does not say.
    package internal(set) var burnedInAnnotation: Bool?
    /// `YES` is true, `NO` is false; nil when the file does not say.
    package internal(set) var patientIdentityRemoved: Bool?
    /// `MONOCHROME1`, `MONOCHROME2`, `RGB`, …
    package internal(set) var photometric: String?
    package internal(set) var rows: Int?
    package internal(set) var columns: Int?
    package internal(set) var bitsAllocated: Int?
    package internal(set) var bitsStored: Int?
    package internal(set) var highBit: Int?
    package internal(set) var samplesPerPixel: Int?
    package internal(set) var numberOfFrames: Int?
    package internal(set) var isSigned = false
    package internal(set) var rescaleSlope: Double?
    package internal(set) var rescaleIntercept: Double?
    /// The first of the file's windows, in rescaled units.
    package internal(set) var windowCenter: Double?
    package internal(set) var windowWidth: Double?
    var pixels: PixelLocation?

    init(transferSyntax: TransferSyntax) {
        self.transferSyntax = transferSyntax
    }

    /// Whether the data set has an integer pixel element.
    package var hasPixelData: Bool { pixels != nil }
}
