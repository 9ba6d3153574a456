/// Decodes one frame of a monochrome image as its header describes it (PS3.3 C.7.6.3, PS3.5 section 8).
struct PixelDecoder {
    /// The header's geometry once it has been found consistent.
    struct Geometry {
        let rows: Int
        let columns: Int
        let bitsAllocated: Int
        let bitsStored: Int
        let highBit: Int
        let isSigned: Bool

        var pixels: Int { rows * columns }
        var bytesPerSample: Int { bitsAllocated / 8 }
        var frameBytes: Int { pixels * bytesPerSample }
    }

    let header: DICOMHeader
    let limits: DICOMLimits

    func decode(frame: Int, from source: inout ByteSource) throws(ImageError) -> PixelImage {
        guard let location = header.pixels else {
            throw ImageError(.noPixelData, "the data set has no pixel data (7FE0,0010)")
        }
        let geometry = try geometry()
        let frames = header.numberOfFrames ?? 1
        guard frame >= 0, frame < frames else {
            throw ImageError(.malformed, "frame \(frame) was asked for; the image has \(frames)")
        }
        let samples: [Int32]
        if header.transferSyntax.pixelCoding == .native {
            samples = try native(frame: frame, geometry: geometry, location: location, source: &source)
        } else {
            let syntax = header.transferSyntax
            guard syntax.pixelCoding != .unsupported else {
                throw ImageError(.unsupportedTransferSyntax, "pixels in transfer syntax \(syntax.name) (\(syntax.uid)) cannot be decoded")
            }
            let fragments = EncapsulatedPixels(offset: location.offset, limits: limits, frames: frames)
            let stream = try fragments.frame(frame, from: &source)
            samples = try decompress(stream, geometry)
        }
        let slope = header.rescaleSlope ?? 1
        return PixelImage(
            rows: geometry.rows, columns: geometry.columns, samples: samples,
            isUnsigned32: geometry.bitsAllocated == 32 && !geometry.isSigned, isInverted: header.photometric == "MONOCHROME1",
            slope: slope == 0 ? 1 : slope, intercept: header.rescaleIntercept ?? 0)
    }

    private func geometry() throws(ImageError) -> Geometry {
        guard let rows = header.rows, let columns = header.columns, let allocated = header.bitsAllocated, rows > 0, columns > 0 else {
            throw ImageError(.malformed, "rows (0028,0010), columns (0028,0011) or bits allocated (0028,0100) are missing or zero")
        }
        guard header.samplesPerPixel ?? 1 == 1, header.photometric == "MONOCHROME1" || header.photometric == "MONOCHROME2" else {
            throw ImageError(.unsupportedPixelFormat, "only images of one sample in MONOCHROME1 or MONOCHROME2 can be decoded")
        }
        guard allocated == 8 || allocated == 16 || allocated == 32 else {
            throw ImageError(.unsupportedPixelFormat, "\(allocated) bits allocated; 8, 16 and 32 can be decoded")
        }
        let stored = header.bitsStored ?? allocated
        let high = header.highBit ?? stored - 1
        guard stored >= 1, stored <= allocated, high >= stored - 1, high < allocated else {
            throw ImageError(
                .malformed, "bits allocated, bits stored and high bit contradict one another (\(allocated), \(stored), \(high))")
        }
        guard rows * columns <= limits.maximumPixels else {
            throw ImageError(.limitExceeded, "\(rows) x \(columns) pixels are more than the limit of \(limits.maximumPixels)")
        }
        return Geometry(
            rows: rows, columns: columns, bitsAllocated: allocated, bitsStored: stored, highBit: high, isSigned: header.isSigned)
    }

    private func native(
        frame: Int, geometry: Geometry, location: DICOMHeader.PixelLocation, source: inout ByteSource
    ) throws(ImageError) -> [Int32] {
        let (start, overflow) = frame.multipliedReportingOverflow(by: geometry.frameBytes)
        guard !overflow, let length = location.length, start <= length, geometry.frameBytes <= length - start else {
            throw ImageError(
                .truncated,
                "frame \(frame) needs \(geometry.frameBytes) bytes of pixel data at offset \(location.offset), which hold \(location.length ?? 0)"
            )
        }
        // Big endian words hold two 8-bit pixels the other way round; whole words are needed to see both.
        let isSwapped = header.transferSyntax.isBigEndian && geometry.bitsAllocated == 8 && location.isWords
        if isSwapped {
            let first = start & ~1
            let end = min((start + geometry.frameBytes + 1) & ~1, length)
            var bytes = try source.bytes(at: location.offset + first, count: end - first)
            for index in stride(from: 0, to: bytes.count - 1, by: 2) { bytes.swapAt(index, index + 1) }
            let wanted = Array(bytes[(start - first)...].prefix(geometry.frameBytes))
            return try unpack(wanted, geometry, isBigEndian: false)
        }
        let bytes = try source.bytes(at: location.offset + start, count: geometry.frameBytes)
        return try unpack(bytes, geometry, isBigEndian: header.transferSyntax.isBigEndian)
    }

    /// Samples from an array of whole bytes a sample, low byte first unless told otherwise.
    private func unpack(_ bytes: [UInt8], _ geometry: Geometry, isBigEndian: Bool) throws(ImageError) -> [Int32] {
        guard bytes.count == geometry.frameBytes else {
            throw ImageError(.truncated, "a frame has \(bytes.count) bytes where \(geometry.frameBytes) are needed")
        }
        var samples = [Int32](repeating: 0, count: geometry.pixels)
        let extend = SampleExtension(highBit: geometry.highBit, bits: geometry.bitsStored, isSigned: geometry.isSigned)
        switch geometry.bytesPerSample {
        case 1:
            for index in 0..<geometry.pixels { samples[index] = extend(UInt32(bytes[index])) }
        case 2:
            let (low, high) = isBigEndian ? (1, 0) : (0, 1)
            for index in 0..<geometry.pixels {
                samples[index] = extend(UInt32(bytes[2 * index + low]) | UInt32(bytes[2 * index + high]) << 8)
            }
        default:
            for index in 0..<geometry.pixels {
                let four = bytes[4 * index..<4 * index + 4]
                let value = (isBigEndian ? Array(four) : four.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                samples[index] = extend(value)
            }
        }
        return samples
    }

    private func decompress(_ stream: [UInt8], _ geometry: Geometry) throws(ImageError) -> [Int32] {
        switch header.transferSyntax.pixelCoding {
        case .runLength:
            let bytes = try RunLengthDecoder.decode(stream, pixels: geometry.pixels, bytesPerSample: geometry.bytesPerSample)
            return try unpack(bytes, geometry, isBigEndian: false)
        case .jpegLossless:
            var decoder = JPEGLosslessDecoder(stream: stream, rows: geometry.rows, columns: geometry.columns)
            let decoded = try decoder.decode()
            return try extended(decoded.samples, bits: decoded.precision, geometry)
        case .jpegLS:
            let decoded = try ExternalCodec.jpegLS(stream, rows: geometry.rows, columns: geometry.columns)
            return try extended(decoded.samples, bits: decoded.bits, geometry)
        default:
            let decoded = try ExternalCodec.jpeg2000(stream, rows: geometry.rows, columns: geometry.columns)
            return try extended(decoded.samples, bits: decoded.bits, geometry)
        }
    }

    // The header's pixel representation rules: encoders often write signed pixels into an unsigned stream, and the other way round.
    private func extended(_ samples: [Int32], bits: Int, _ geometry: Geometry) throws(ImageError) -> [Int32] {
        guard bits <= geometry.bitsAllocated else {
            throw ImageError(
                .codecFailed, "the compressed stream has \(bits) bits a sample; the header allocates \(geometry.bitsAllocated)")
        }
        let extend = SampleExtension(highBit: bits - 1, bits: bits, isSigned: geometry.isSigned)
        return samples.map { extend(UInt32(bitPattern: $0)) }
    }
}

/// Cuts the stored bits out of a sample and extends their sign.
struct SampleExtension {
    private let left: UInt32
    private let right: UInt32
    private let isSigned: Bool

    /// - Parameters:
    ///   - highBit: position of the most significant stored bit, 0...31.
    ///   - bits: stored bits, 1...32.
    init(highBit: Int, bits: Int, isSigned: Bool) {
        self.left = UInt32(31 - highBit)
        self.right = UInt32(32 - bits)
        self.isSigned = isSigned
    }

    func callAsFunction(_ raw: UInt32) -> Int32 {
        let top = raw << left
        return isSigned ? Int32(bitPattern: top) >> Int32(right) : Int32(bitPattern: top >> right)
    }
}
