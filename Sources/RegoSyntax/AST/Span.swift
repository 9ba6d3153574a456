/// The index of a source file in the `SourceMap` of a compilation. Index 0 is the ad-hoc query.
public struct FileID: Hashable, Sendable, BitwiseCopyable {
    /// The index.
    public let rawValue: UInt32
    /// Makes the index of the file that was added as the `rawValue`-th, from 0.
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The file of nodes that no source text stands for.
    public static let none = FileID(.max)
}

/// Where a node stands in its file.
///
/// `row` and `column` count from 1, the column in characters (Unicode scalars) as OPA counts it; `offset` and `length` are in bytes.
public struct Span: Hashable, Sendable, BitwiseCopyable {
    /// The file.
    public var file: FileID
    /// The first byte, from 0.
    public var offset: UInt32
    /// Bytes covered.
    public var length: UInt32
    /// The line, from 1.
    public var row: UInt32
    /// The column, from 1.
    public var column: UInt32

    /// Makes a span from its parts.
    public init(file: FileID, offset: UInt32, length: UInt32, row: UInt32, column: UInt32) {
        self.file = file
        self.offset = offset
        self.length = length
        self.row = row
        self.column = column
    }

    /// The span of nodes that the compiler made.
    public static let none = Span(file: .none, offset: 0, length: 0, row: 0, column: 0)
}

/// One source text: a module or a query.
public final class SourceFile: Sendable {
    /// The name that diagnostics show, usually the path as the user gave it.
    public let name: String
    /// The text's bytes, UTF-8 if the text is well formed.
    public let bytes: [UInt8]

    /// Makes a file from its bytes.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// Makes a file from text.
    public convenience init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// The text that a span covers; the empty string for a span outside of the file.
    public func text(of span: Span) -> String {
        let start = Int(span.offset)
        let end = min(start + Int(span.length), bytes.count)
        guard start <= end else { return "" }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// The text of a line, counted from 1, without its line break; `nil` past the end.
    ///
    /// - Complexity: O(file size); for diagnostics only.
    public func line(_ row: UInt32) -> String? {
        var current: UInt32 = 1
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            if current == row { return String(decoding: bytes[start..<index], as: UTF8.self) }
            current += 1
            start = index + 1
        }
        return current == row ? String(decoding: bytes[start...], as: UTF8.self) : nil
    }
}

/// The files of a compilation, by `FileID`.
public struct SourceMap: Sendable {
    /// The files in the order of their indices.
    public private(set) var files: [SourceFile] = []

    /// Makes a map without files.
    public init() {}

    /// Adds a file and gives it its index.
    public mutating func add(_ file: SourceFile) -> FileID {
        files.append(file)
        return FileID(UInt32(files.count - 1))
    }

    /// Makes a file the one of index 0, the ad-hoc query's.
    public mutating func replaceQuery(with file: SourceFile) {
        if files.isEmpty { files.append(file) } else { files[0] = file }
    }

    /// The file of a span; `nil` for spans that the compiler made.
    public func file(of span: Span) -> SourceFile? {
        let index = Int(span.file.rawValue)
        return index < files.count ? files[index] : nil
    }
}
