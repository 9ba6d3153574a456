/// The address of a schema, a URI reference, which counts from the address of the schema that it stands in (RFC 3986, section 5).
struct SchemaAddress: Hashable {
    private var scheme: [UInt8] = []
    /// What follows two slashes; `nil` without them.
    private var authority: [UInt8]?
    private var path: [UInt8] = []
    private var query: [UInt8]?
    /// What follows `#`.
    private(set) var fragment: [UInt8] = []

    init(_ text: [UInt8]) {
        let (slash, colon) = (UInt8(ascii: "/"), UInt8(ascii: ":"))
        var rest = text[...]
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
            fragment = Array(rest[(hash + 1)...])
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = Array(rest[(mark + 1)...])
            rest = rest[..<mark]
        }
        let head = rest.prefix { $0 != slash && $0 != colon }
        if !head.isEmpty, head.endIndex < rest.endIndex, rest[head.endIndex] == colon {
            scheme = Array(head)
            rest = rest[(head.endIndex + 1)...]
        }
        if rest.starts(with: [slash, slash]) {
            let name = rest.dropFirst(2).prefix { $0 != slash }
            authority = Array(name)
            rest = rest[name.endIndex...]
        }
        path = Array(rest)
    }

    /// The address without its fragment.
    var document: SchemaAddress {
        var address = self
        address.fragment = []
        return address
    }

    /// The address that this one means where another is the base.
    func resolved(against base: SchemaAddress) -> SchemaAddress {
        guard scheme.isEmpty else { return self }
        var address = self
        address.scheme = base.scheme
        guard authority == nil else { return address }
        address.authority = base.authority
        if path.isEmpty {
            address.path = base.path
            if query == nil { address.query = base.query }
        } else if path.first != UInt8(ascii: "/") {
            let root = base.authority == nil ? [] : [UInt8(ascii: "/")]
            let folder = base.path.lastIndex(of: UInt8(ascii: "/")).map { base.path[...$0] } ?? root[...]
            address.path = Self.withoutDots(folder + path)
        } else {
            address.path = Self.withoutDots(path[...])
        }
        return address
    }

    /// A path without its steps `.` and `..`.
    private static func withoutDots(_ path: ArraySlice<UInt8>) -> [UInt8] {
        let dot = UInt8(ascii: ".")
        var steps: [ArraySlice<UInt8>] = []
        let all = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, step) in all.enumerated() {
            let isLast = index + 1 == all.count
            if step.elementsEqual([dot]) {
                if isLast { steps.append([]) }
            } else if step.elementsEqual([dot, dot]) {
                if steps.count > 1 || steps.first?.isEmpty == false { steps.removeLast() }
                if isLast { steps.append([]) }
            } else {
                steps.append(step)
            }
        }
        return Array(steps.joined(separator: [UInt8(ascii: "/")]))
    }
}
