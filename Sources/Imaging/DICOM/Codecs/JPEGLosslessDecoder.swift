/// Lossless JPEG (ITU-T T.81 annex H, process 14): Huffman-coded differences to one of seven predictors, one component, 2 to 16 bits.
struct JPEGLosslessDecoder {
    private var bits: JPEGBitReader
    private let rows: Int
    private let columns: Int
    private var tables: [Int: HuffmanTable] = [:]
    private var precision = 0
    private var restartInterval = 0

    init(stream: [UInt8], rows: Int, columns: Int) {
        self.bits = JPEGBitReader(bytes: stream)
        self.rows = rows
        self.columns = columns
    }

    /// Decodes the image.
    ///
    /// - Returns: samples of `precision` bits, row by row.
    mutating func decode() throws(ImageError) -> (samples: [Int32], precision: Int) {
        guard try bits.word() == 0xFFD8 else { throw Self.broken("it does not begin with SOI", at: 0) }
        while true {
            let start = bits.position
            let marker = try nextMarker()
            switch marker {
            case 0xC3: try readFrame()
            case 0xC4: try readHuffmanTables()
            case 0xDD:
                try expectLength(4)
                restartInterval = try bits.word()
            case 0xDA: return (try readScan(), precision)
            case 0xD9: throw Self.broken("it ends before the scan", at: start)
            case 0xC0...0xCF where marker != 0xC8 && marker != 0xCC:
                throw Self.broken("it is not lossless JPEG (SOF\(marker & 15))", at: start)
            default: try bits.skip(try segmentLength())
            }
        }
    }

    static func broken(_ reason: String, at offset: Int) -> ImageError {
        ImageError(.codecFailed, "the JPEG stream is broken at its offset \(offset): \(reason)")
    }

    private mutating func nextMarker() throws(ImageError) -> Int {
        let start = bits.position
        guard try bits.byte() == 0xFF else { throw Self.broken("a marker is missing", at: start) }
        var marker = try bits.byte()
        while marker == 0xFF { marker = try bits.byte() }
        return Int(marker)
    }

    private mutating func segmentLength() throws(ImageError) -> Int {
        let start = bits.position
        let length = try bits.word()
        guard length >= 2 else { throw Self.broken("a segment's length is below two", at: start) }
        return length - 2
    }

    private mutating func expectLength(_ length: Int) throws(ImageError) {
        let start = bits.position
        guard try segmentLength() + 2 == length else { throw Self.broken("a segment's length is not \(length)", at: start) }
    }

    private mutating func readFrame() throws(ImageError) {
        let start = bits.position
        try expectLength(11)
        guard precision == 0 else { throw Self.broken("it has a second frame", at: start) }
        let bitsPerSample = Int(try bits.byte())
        let (height, width, components) = (try bits.word(), try bits.word(), try bits.byte())
        try bits.skip(3)
        guard height == rows, width == columns, components == 1, (2...16).contains(bitsPerSample) else {
            throw Self.broken("its frame is not the image that the header describes (size, components or precision)", at: start)
        }
        precision = bitsPerSample
    }

    private mutating func readHuffmanTables() throws(ImageError) {
        let start = bits.position
        var rest = try segmentLength()
        while rest > 0 {
            guard rest >= 17 else { throw Self.broken("a Huffman table is cut off", at: start) }
            let selector = Int(try bits.byte())
            var counts: [Int] = []
            for _ in 0..<16 { counts.append(Int(try bits.byte())) }
            let total = counts.reduce(0, +)
            guard selector < 4, rest >= 17 + total, let table = HuffmanTable(counts: counts, symbols: try bits.bytes(total)) else {
                throw Self.broken("a Huffman table contradicts itself", at: start)
            }
            tables[selector] = table
            rest -= 17 + total
        }
    }

    private mutating func readScan() throws(ImageError) -> [Int32] {
        let start = bits.position
        try expectLength(8)
        guard precision > 0, try bits.byte() == 1 else { throw Self.broken("its scan has no frame or several components", at: start) }
        try bits.skip(1)
        let selector = Int(try bits.byte()) >> 4
        let predictor = Int(try bits.byte())
        try bits.skip(1)
        let shift = Int(try bits.byte()) & 15
        guard let table = tables[selector], (1...7).contains(predictor), shift < precision else {
            throw Self.broken("its scan names no Huffman table or an unknown predictor", at: start)
        }
        guard restartInterval % columns == 0 else {
            throw Self.broken("its restart interval is not a whole number of lines", at: start)
        }
        return try decodeLines(table: table, predictor: predictor, shift: shift)
    }

    private mutating func decodeLines(table: HuffmanTable, predictor: Int, shift: Int) throws(ImageError) -> [Int32] {
        var samples = [Int32](repeating: 0, count: rows * columns)
        let restartLines = restartInterval / columns
        let first = Int32(1) << Int32(precision - shift - 1)
        let limit = Int32(truncatingIfNeeded: (1 << (precision - shift)) - 1)
        for row in 0..<rows {
            if restartLines > 0, row > 0, row % restartLines == 0 { try bits.restart() }
            let isFresh = row == 0 || (restartLines > 0 && row % restartLines == 0)
            let line = row * columns
            // The column before the first: the line above, or half the range where there is none (H.1.2.1).
            var left = isFresh ? first : samples[line - columns]
            var aboveLeft = left
            for column in 0..<columns {
                var prediction = left
                if !isFresh && column > 0 {
                    let above = samples[line + column - columns]
                    prediction = Self.predict(predictor, left, above, aboveLeft)
                    aboveLeft = above
                }
                let value = (prediction &+ (try difference(table))) & 0xFFFF
                guard value <= limit else { throw Self.broken("a sample exceeds the precision", at: bits.position) }
                samples[line + column] = value
                left = value
            }
        }
        if shift > 0 {
            for index in samples.indices { samples[index] <<= Int32(shift) }
        }
        return samples
    }

    private static func predict(_ predictor: Int, _ left: Int32, _ above: Int32, _ aboveLeft: Int32) -> Int32 {
        switch predictor {
        case 1: left
        case 2: above
        case 3: aboveLeft
        case 4: left + above - aboveLeft
        case 5: left + ((above - aboveLeft) >> 1)
        case 6: above + ((left - aboveLeft) >> 1)
        default: (left + above) >> 1
        }
    }

    private mutating func difference(_ table: HuffmanTable) throws(ImageError) -> Int32 {
        let category = Int(try bits.symbol(table))
        if category == 0 { return 0 }
        if category == 16 { return 32768 }
        guard category < 16 else { throw Self.broken("a difference has more than 16 bits", at: bits.position) }
        let value = try bits.take(category)
        return value < 1 << Int32(category - 1) ? value - (1 << Int32(category)) + 1 : value
    }
}

/// A canonical Huffman code (T.81 annex C): a table for codes of up to eight bits, bounds by length for the rest.
struct HuffmanTable {
    /// For each eight-bit prefix: length << 8 | symbol, or 0 when the code is longer.
    let short: [UInt16]
    private let maximum: [Int]
    private let offset: [Int]
    private let symbols: [UInt8]

    /// - Returns: nil when the counts describe no prefix code.
    init?(counts: [Int], symbols: [UInt8]) {
        var short = [UInt16](repeating: 0, count: 256)
        var maximum = [Int](repeating: -1, count: 17)
        var offset = [Int](repeating: 0, count: 17)
        var code = 0
        var index = 0
        for length in 1...16 {
            offset[length] = index - code
            for _ in 0..<counts[length - 1] {
                guard code < 1 << length else { return nil }
                if length <= 8 {
                    let first = code << (8 - length)
                    for prefix in first..<first + (1 << (8 - length)) {
                        short[prefix] = UInt16(length) << 8 | UInt16(symbols[index])
                    }
                }
                code += 1
                index += 1
            }
            if counts[length - 1] > 0 { maximum[length] = code - 1 }
            code <<= 1
        }
        (self.short, self.maximum, self.offset, self.symbols) = (short, maximum, offset, symbols)
    }

    /// The symbol of a code of `length` bits, or nil when no such code exists.
    func symbol(code: Int, length: Int) -> UInt8? {
        guard code <= maximum[length], maximum[length] >= 0 else { return nil }
        let index = offset[length] + code
        return symbols.indices.contains(index) ? symbols[index] : nil
    }
}

/// Bytes, words and bits of a JPEG stream, with its byte stuffing (T.81 F.1.2.3).
struct JPEGBitReader {
    private let bytes: [UInt8]
    private(set) var position = 0
    private var buffer: UInt32 = 0
    private var available = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func byte() throws(ImageError) -> UInt8 {
        guard position < bytes.count else { throw JPEGLosslessDecoder.broken("it ends too early", at: position) }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func word() throws(ImageError) -> Int {
        Int(try byte()) << 8 | Int(try byte())
    }

    mutating func bytes(_ count: Int) throws(ImageError) -> [UInt8] {
        let start = position
        try skip(count)
        return Array(bytes[start..<position])
    }

    mutating func skip(_ count: Int) throws(ImageError) {
        guard count <= bytes.count - position else { throw JPEGLosslessDecoder.broken("it ends too early", at: position) }
        position += count
    }

    // Entropy-coded bytes; zeros stand in after the end or a marker and are an error once they are used up.
    private mutating func fill() {
        while available <= 24 {
            var next: UInt8 = 0
            if position < bytes.count, bytes[position] != 0xFF {
                next = bytes[position]
                position += 1
            } else if position + 1 < bytes.count, bytes[position + 1] == 0 {
                next = 0xFF
                position += 2
            } else {
                padding += 8
            }
            buffer |= UInt32(next) << UInt32(24 - available)
            available += 8
        }
    }

    private var padding = 0

    private mutating func drop(_ count: Int) throws(ImageError) {
        available -= count
        buffer <<= UInt32(count)
        guard available >= padding else { throw JPEGLosslessDecoder.broken("the scan ends too early", at: position) }
    }

    /// The next `count` bits, 1...15.
    mutating func take(_ count: Int) throws(ImageError) -> Int32 {
        if available < count { fill() }
        let value = Int32(buffer >> UInt32(32 - count))
        try drop(count)
        return value
    }

    /// The next Huffman symbol.
    mutating func symbol(_ table: HuffmanTable) throws(ImageError) -> UInt8 {
        if available < 16 { fill() }
        let entry = table.short[Int(buffer >> 24)]
        if entry != 0 {
            try drop(Int(entry >> 8))
            return UInt8(truncatingIfNeeded: entry)
        }
        for length in 9...16 {
            if let symbol = table.symbol(code: Int(buffer >> UInt32(32 - length)), length: length) {
                try drop(length)
                return symbol
            }
        }
        throw JPEGLosslessDecoder.broken("a code is in no Huffman table", at: position)
    }

    /// Steps over a restart marker.
    mutating func restart() throws(ImageError) {
        (buffer, available, padding) = (0, 0, 0)
        while position + 1 < bytes.count, bytes[position] == 0xFF, bytes[position + 1] == 0xFF { position += 1 }
        guard position + 1 < bytes.count, bytes[position] == 0xFF, (0xD0...0xD7).contains(bytes[position + 1]) else {
            throw JPEGLosslessDecoder.broken("a restart marker is missing", at: position)
        }
        position += 2
    }
}
