import Glibc

/// A key, or a combination of keys, that a person pressed.
enum Key: Equatable {
    case character(Unicode.Scalar)
    /// Ctrl with a letter, in lower case.
    case control(Unicode.Scalar)
    case enter, tab, backspace, delete
    case left, right, up, down, home, end, wordLeft, wordRight
    case escape
    /// A sequence that means nothing here.
    case other
}

/// Makes keys of what a terminal sends.
struct KeyReader {
    private let descriptor: Int32
    private var pending: [UInt8] = []
    private var position = 0

    /// Milliseconds after which an escape stands alone.
    private static let escapeDelay: Int32 = 50

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Whether keys have arrived that no one has asked for yet, as in pasted text.
    var hasPending: Bool { position < pending.count }

    /// Waits for the next key; `nil` when the terminal is gone.
    mutating func next() -> Key? {
        guard let byte = nextByte() else { return nil }
        switch byte {
        case 0x0D, 0x0A: return .enter
        case 0x09: return .tab
        case 0x7F, 0x08: return .backspace
        case 0x1B: return escapeSequence()
        // A Ctrl-D that was typed before the terminal was raw arrives as zero.
        case 0: return .control("d")
        case 0x01...0x1A: return .control(Unicode.Scalar(byte + 0x60))
        case 0..<0x20: return .other
        default: return character(byte)
        }
    }

    private mutating func character(_ first: UInt8) -> Key {
        var bytes = [first]
        let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        while bytes.count < length, let byte = peekByte(), byte & 0xC0 == 0x80 {
            bytes.append(byte)
            position += 1
        }
        guard let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else { return .other }
        return .character(scalar)
    }

    private mutating func escapeSequence() -> Key {
        guard hasPending || isReady(within: Self.escapeDelay), let byte = nextByte() else { return .escape }
        switch byte {
        case UInt8(ascii: "b"): return .wordLeft
        case UInt8(ascii: "f"): return .wordRight
        case UInt8(ascii: "["), UInt8(ascii: "O"): return controlSequence()
        default: return .other
        }
    }

    /// The rest of `ESC [ …`: parameters, then a letter or `~`.
    private mutating func controlSequence() -> Key {
        var parameters: [UInt8] = []
        while let byte = nextByte(), parameters.count < 16 {
            guard (0x40...0x7E).contains(byte) else {
                parameters.append(byte)
                continue
            }
            let text = String(decoding: parameters, as: UTF8.self)
            switch (byte, text) {
            case (UInt8(ascii: "A"), ""): return .up
            case (UInt8(ascii: "B"), ""): return .down
            case (UInt8(ascii: "C"), ""): return .right
            case (UInt8(ascii: "D"), ""): return .left
            case (UInt8(ascii: "C"), "1;5"), (UInt8(ascii: "C"), "1;3"): return .wordRight
            case (UInt8(ascii: "D"), "1;5"), (UInt8(ascii: "D"), "1;3"): return .wordLeft
            case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), "1"), (UInt8(ascii: "~"), "7"): return .home
            case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), "4"), (UInt8(ascii: "~"), "8"): return .end
            case (UInt8(ascii: "~"), "3"): return .delete
            default: return .other
            }
        }
        return .other
    }

    // MARK: Bytes

    private mutating func nextByte() -> UInt8? {
        guard let byte = peekByte() else { return nil }
        position += 1
        return byte
    }

    private mutating func peekByte() -> UInt8? {
        if !hasPending { fill() }
        return hasPending ? pending[position] : nil
    }

    private mutating func fill() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            pending = Array(buffer.prefix(max(count, 0)))
            position = 0
            return
        }
    }

    private func isReady(within milliseconds: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }
}
