/// A matcher of the tree that gobwas/glob, OPA's library, makes of a glob. What a glob matches depends on which of them it chooses:
/// `?` matches the empty text, `??` does not.
struct GlobPart {
    enum Kind: UInt8 {
        /// `*`, `**`, `?`, `[abc]`, `[a-z]`, text, and no text.
        case any, anything, one, list, range, text, nothing
        /// Parts of known length, one after another.
        case row
        /// A part, tried in each of its places, with one before it and one behind.
        case tree
        /// One of several parts, or all of them.
        case either, every
        /// At least, or at most, so many characters.
        case minimum, maximum
        /// `**text**`, `text**`, `**text`, `text**text`, `text*` and `*text`.
        case contains, prefix, suffix, prefixSuffix, prefixAny, suffixAny
    }

    var kind: Kind
    var isNegated = false
    /// Characters of every text that the part matches, so far as the library knows; -1 if that differs.
    var length = -1
    /// Where the part's bytes begin, or its scalars or children; a range's least scalar, the limit of characters, a tree's middle.
    var first = 0
    /// How many there are; a range's greatest scalar; a tree's left part, or -1.
    var count = 0
    /// Where the bytes of the suffix begin; a tree's right part, or -1; the number of a list's set.
    var second = 0
    /// Bytes of the suffix.
    var secondCount = 0
    /// Lengths of a tree's left and right parts, 0 without.
    var leftLength = 0
    var rightLength = 0
    /// Parts within one another, this one included.
    var height = 1
}

/// A compiled glob's parts with what they refer to. Sendable because nothing is written after `init`; raw memory, because arrays in a class
/// cost a reference count for each access.
final class GlobTree: @unchecked Sendable {
    let root: Int
    let size: Int
    /// Whether the library fails on some texts.
    let canFail: Bool
    let parts: UnsafeMutableBufferPointer<GlobPart>
    let children: UnsafeMutableBufferPointer<Int>
    let bytes: UnsafeMutableBufferPointer<UInt8>
    let scalars: UnsafeMutableBufferPointer<UInt32>
    let delimiters: UnsafeMutableBufferPointer<UInt32>

    init(root: Int, _ compiler: borrowing GlobCompiler) {
        self.root = root
        size = compiler.parts.count
        canFail = compiler.parts.contains { part in
            switch part.kind {
            case .row: compiler.children[part.first..<part.first + part.count].contains { compiler.parts[$0].length < 1 }
            case .suffixAny: compiler.delimiters.contains { $0 >= 0x80 }
            default: false
            }
        }
        parts = Self.copy(compiler.parts)
        children = Self.copy(compiler.children)
        bytes = Self.copy(compiler.bytes)
        scalars = Self.copy(compiler.scalars)
        delimiters = Self.copy(compiler.delimiters)
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = copy.initialize(from: elements)
        return copy
    }

    deinit {
        parts.deallocate()
        children.deallocate()
        bytes.deallocate()
        scalars.deallocate()
        delimiters.deallocate()
    }
}
