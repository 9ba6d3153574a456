/// DICOM's run-length coding (PS3.5 annex G): a header of segment offsets, then one PackBits segment for each byte of a sample.
enum RunLengthDecoder {
    /// Decodes a frame of one sample a pixel.
    ///
    /// - Returns: `pixels * bytesPerSample` bytes, low byte first.
    static func decode(_ stream: [UInt8], pixels: Int, bytesPerSample: Int) throws(ImageError) -> [UInt8] {
        guard stream.count >= 64 else {
            throw ImageError(.codecFailed, "the RLE frame has \(stream.count) bytes; its header alone takes 64")
        }
        func field(_ index: Int) -> Int {
            Int(stream[4 * index]) | Int(stream[4 * index + 1]) << 8 | Int(stream[4 * index + 2]) << 16 | Int(stream[4 * index + 3]) << 24
        }
        guard field(0) == bytesPerSample else {
            throw ImageError(.codecFailed, "the RLE frame has \(field(0)) segments where the header asks for \(bytesPerSample)")
        }
        var output = [UInt8](repeating: 0, count: pixels * bytesPerSample)
        for segment in 0..<bytesPerSample {
            let start = field(segment + 1)
            let end = segment + 1 < bytesPerSample ? field(segment + 2) : stream.count
            guard start >= 64, start <= end, end <= stream.count else {
                throw ImageError(.codecFailed, "RLE segment \(segment) has impossible offsets (\(start)...\(end) of \(stream.count))")
            }
            // The most significant byte comes first (annex G.2).
            try unpack(stream[start..<end], into: &output, from: bytesPerSample - 1 - segment, by: bytesPerSample, segment: segment)
        }
        return output
    }

    private static func unpack(
        _ segment: ArraySlice<UInt8>, into output: inout [UInt8], from first: Int, by step: Int, segment number: Int
    ) throws(ImageError) {
        var input = segment.startIndex
        var position = first
        while position < output.count {
            guard input < segment.endIndex else {
                throw ImageError(.codecFailed, "RLE segment \(number) ends after \(position / step) of \(output.count / step) pixels")
            }
            let control = Int8(bitPattern: segment[input])
            input += 1
            if control == -128 { continue }
            let isRun = control < 0
            let count = isRun ? 1 - Int(control) : Int(control) + 1
            guard input + (isRun ? 1 : count) <= segment.endIndex else {
                throw ImageError(.codecFailed, "RLE segment \(number) ends inside a run")
            }
            for index in 0..<count where position < output.count {
                output[position] = segment[isRun ? input : input + index]
                position += step
            }
            input += isRun ? 1 : count
        }
    }
}
