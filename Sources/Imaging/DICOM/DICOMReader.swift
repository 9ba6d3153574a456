/// Reads the header facts of a DICOM Part 10 file (PS3.10 section 7) up to its pixels.
///
/// Every element that is not whitelisted is stepped over by its length; its value is never copied.
package struct DICOMReader: Sendable {
    package let limits: DICOMLimits

    package init(limits: DICOMLimits = DICOMLimits()) {
        self.limits = limits
    }

    /// Reads the header of a file that is in memory already.
    package func readHeader(bytes: [UInt8]) throws(ImageError) -> DICOMHeader {
        var source = ByteSource(bytes: bytes)
        return try readHeader(&source)
    }

    /// Decodes one frame of a file that is in memory already.
    package func decodePixels(bytes: [UInt8], header: DICOMHeader, frame: Int = 0) throws(ImageError) -> PixelImage {
        var source = ByteSource(bytes: bytes)
        return try PixelDecoder(header: header, limits: limits).decode(frame: frame, from: &source)
    }

    func readHeader(_ source: inout ByteSource) throws(ImageError) -> DICOMHeader {
        guard source.count >= 132, try source.bytes(at: 128, count: 4) == Array("DICM".utf8) else {
            throw ImageError(.notDICOM, "the file has no DICOM Part 10 preamble (`DICM` at offset 128)")
        }
        var reader = DataSetReader(limits: limits, isImplicit: false, isBigEndian: false)
        var offset = 132
        var transferSyntaxUID: String?
        while source.count - offset >= 8, try source.word(at: offset, bigEndian: false) == 0x0002 {
            let element = try reader.element(at: offset, in: &source)
            guard let length = element.length else {
                throw ImageError(.malformed, "file meta element \(element.tag) at offset \(offset) has no defined length")
            }
            if element.tag == .transferSyntax {
                guard transferSyntaxUID == nil else { throw HeaderValues.duplicate(element) }
                transferSyntaxUID = try HeaderValues.uid(of: element, in: &source)
            }
            offset = element.valueOffset + length
        }
        guard let transferSyntaxUID, !transferSyntaxUID.isEmpty else {
            throw ImageError(.malformed, "the file meta information has no transfer syntax (0002,0010)")
        }
        let syntax = TransferSyntax(uid: transferSyntaxUID)
        guard !syntax.isDeflated else {
            throw ImageError(.unsupportedTransferSyntax, "transfer syntax \(syntax.name) (\(syntax.uid)) is not supported")
        }
        reader.isImplicit = syntax.isImplicit
        reader.isBigEndian = syntax.isBigEndian
        return try readDataSet(at: offset, syntax: syntax, reader: &reader, source: &source)
    }

    private func readDataSet(
        at start: Int, syntax: TransferSyntax, reader: inout DataSetReader, source: inout ByteSource
    ) throws(ImageError) -> DICOMHeader {
        var values = HeaderValues(header: DICOMHeader(transferSyntax: syntax), isBigEndian: syntax.isBigEndian)
        var offset = start
        while offset < source.count {
            let element = try reader.element(at: offset, in: &source)
            if element.tag == .pixelData {
                values.header.pixels = try location(of: element, syntax: syntax, source: source)
                break
            }
            if element.tag.group > Tag.pixelData.group {
                break
            }
            if let known = WhitelistedElement.byTag[element.tag] {
                try values.take(known, element, from: &source)
            }
            offset = try reader.end(of: element, in: &source)
        }
        return values.header
    }

    private func location(
        of element: DataSetReader.Element, syntax: TransferSyntax, source: ByteSource
    ) throws(ImageError) -> DICOMHeader.PixelLocation {
        if syntax.isEncapsulated != (element.length == nil) {
            throw ImageError(
                .malformed,
                "pixel data at offset \(element.offset) \(element.length == nil ? "are fragments" : "are one array"), which transfer syntax "
                    + "\(syntax.uid) does not allow")
        }
        return DICOMHeader.PixelLocation(
            offset: element.valueOffset, length: element.length, isWords: element.representation == "OW" || element.representation == nil)
    }
}
