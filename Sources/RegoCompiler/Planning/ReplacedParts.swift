@_spi(Engine) import RegoRuntime

/// What `with` replaces anywhere in a program, each a bit, so that results that depend on nothing of it can stay valid below a `with`.
struct ReplacedParts {
    enum Root { case input, data }

    /// The bit of every `with`: results that are found out anew in each context depend on it.
    static let anything: UInt64 = 1 << 63
    /// The bit of all paths that came when there was no other left.
    private static let others: UInt64 = 1 << 62
    private static let bits = 62

    private var parts: [(root: Root, path: ConstantID)] = []
    private var hasOthers = false
    private var known: [Reading: UInt64] = [:]

    private struct Reading: Hashable {
        var root: Root
        /// The index of the path's constant; -1 for the whole document.
        var path: Int32
    }

    /// The bit of a path that a `with` replaces.
    mutating func part(below root: Root, _ path: ConstantID, of program: ProgramPlanner) -> UInt64 {
        let values = program.constants.values
        let bit =
            parts.firstIndex { $0.root == root && Value.equal(values[Int($0.path.index)], values[Int(path.index)]) }
            ?? {
                if parts.count == Self.bits { return parts.count }
                parts.append((root, path))
                return parts.count - 1
            }()
        if bit == Self.bits { hasOthers = true }
        return bit == Self.bits ? Self.others : 1 << UInt64(bit)
    }

    /// The bits of what may change the value along a path.
    ///
    /// - Parameter path: the index of a constant array; -1 for none.
    mutating func overlapping(_ root: Root, _ path: Int32, among constants: [Value]) -> UInt64 {
        let reading = Reading(root: root, path: path)
        if let known = known[reading] { return known }
        var result = hasOthers ? Self.others : 0
        for (bit, part) in parts.enumerated() where part.root == root {
            if path < 0 || Self.overlap(constants[Int(path)], constants[Int(part.path.index)]) { result |= 1 << UInt64(bit) }
        }
        known[reading] = result
        return result
    }

    /// Whether one path leads through the other's end.
    private static func overlap(_ one: Value, _ other: Value) -> Bool {
        for place in 0..<min(one.length, other.length) {
            let (left, right) = unsafe (one.elements[place], other.elements[place])
            // A number may stand for the key that it is written as.
            guard left.isString, right.isString else { return true }
            if !Value.equal(left, right) { return false }
        }
        return true
    }
}
