/// Shortens what is too wide for a table.
enum PathShortening {
    /// The text's beginning and an ellipsis, if it is not shorter than a width.
    static func truncated(_ text: String, to width: Int) -> String {
        let bytes = Array(text.utf8)
        return bytes.count < width ? text : String(decoding: bytes[..<(width - 3)], as: UTF8.self) + "..."
    }

    /// A file's path with folders in its middle replaced by an ellipsis, if it is not shorter than a width.
    static func shortened(_ path: String, to width: Int) -> String {
        let count = path.utf8.count
        guard count >= width, let slash = path.lastIndex(of: "/") else { return path }
        var folders = path[..<slash].drop { $0 == "/" }
        if let first = folders.firstIndex(of: "/") { folders = folders[folders.index(after: first)...] }
        // As much goes as brings the path to the width, from the left of what may go.
        var gone = Substring(folders)
        let spare = width - (count - gone.utf8.count + 3)
        if spare > 0 { gone = spare > gone.count ? "" : gone.dropLast(spare) }
        guard gone.utf8.count > 3, let range = path.ranges(of: gone).first else { return path }
        return path.replacingCharacters(in: range)
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>) -> String { self[..<range.lowerBound] + "..." + self[range.upperBound...] }
}
