/// Masking rules, sorted for looking them up by name and by place.
struct MaskTables: Sendable {
    /// One segment of a rule's pointer.
    enum Segment: Sendable {
        case named([UInt8])
        case any
    }

    private struct Place: Sendable {
        var root: MaskRoot
        var segments: [Segment]
        var action: MaskRule.Action
    }

    private struct Tail: Sendable {
        /// Names from the outermost to the innermost.
        var names: [[UInt8]]
        var action: MaskRule.Action
    }

    private var places: [Place] = []
    /// Tails of several names by their last one; a rule of one name is a tail of one.
    private var tails: [[UInt8]: [Tail]] = [:]
    private let usesBuiltIn: Bool

    init(rules: [MaskRule], builtIn: Bool) throws(DecisionLogError) {
        usesBuiltIn = builtIn
        for rule in rules {
            switch rule.target {
            case .pointer(let pointer):
                var segments = try JSONPointer.segments(pointer)
                guard !segments.isEmpty, let root = MaskRoot(rawValue: segments.removeFirst()) else {
                    throw DecisionLogError(.invalid, "the mask `\(pointer)` begins with neither /input nor /result")
                }
                let parts = segments.map { $0 == "*" ? Segment.any : .named(Array($0.utf8)) }
                places.append(Place(root: root, segments: parts, action: rule.action))
            case .key(let key):
                let names = key.utf8.split(separator: UInt8(ascii: ".")).map { Self.normalized(Array($0)) }
                guard let last = names.last, !names.contains([]) else {
                    throw DecisionLogError(.invalid, "the mask `\(key)` names no member")
                }
                tails[last, default: []].append(Tail(names: names, action: rule.action))
            }
        }
    }

    /// The rules of no configuration: the built-in names.
    init() {
        usesBuiltIn = true
    }

    /// A name without regard to ASCII case and punctuation: `Patient_Name` and `patient-name` are one.
    static func normalized(_ name: [UInt8]) -> [UInt8] {
        var normalized: [UInt8] = []
        normalized.reserveCapacity(name.count)
        for byte in name {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): normalized.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: normalized.append(byte)
            default: break
            }
        }
        return normalized
    }

    /// What becomes of a member's value.
    ///
    /// - Parameters:
    ///   - root: The document.
    ///   - path: The value's segments, the last one its own.
    ///   - names: The normalized names of the members around it, the last one its own; elements of arrays have none.
    ///   - holdsText: Whether the value can hold a secret; a boolean or null is left alone by the built-in rules.
    func action(root: MaskRoot, path: [[UInt8]], names: [[UInt8]], isMember: Bool, holdsText: Bool) -> MaskRule.Action? {
        for place in places where place.root == root && Self.matches(place.segments, path) { return place.action }
        guard isMember, let name = names.last else { return nil }
        for tail in tails[name] ?? [] where names.suffix(tail.names.count).elementsEqual(tail.names) { return tail.action }
        guard holdsText, usesBuiltIn else { return nil }
        if isSecret(name) || BuiltInMasks.identifiers.contains(name) { return .replace(Masker.replacement) }
        guard BuiltInMasks.belowPatient.contains(name), let parent = names.dropLast().last else { return nil }
        return BuiltInMasks.patients.contains(parent) ? .replace(Masker.replacement) : nil
    }

    /// Whether the rules would mask a member of this normalized name wherever it is; for names that occur in text.
    func masks(_ name: [UInt8]) -> Bool {
        if let found = tails[name], found.contains(where: { $0.names.count == 1 }) { return true }
        return usesBuiltIn && (isSecret(name) || BuiltInMasks.identifiers.contains(name))
    }

    /// Whether the contents of a Kubernetes Secret are masked.
    var masksKubernetesSecrets: Bool { usesBuiltIn }

    private func isSecret(_ name: [UInt8]) -> Bool {
        guard let last = name.last, let endings = BuiltInMasks.secretEndings[last] else { return BuiltInMasks.secrets.contains(name) }
        return BuiltInMasks.secrets.contains(name) || endings.contains { name.count > $0.count && name.suffix($0.count).elementsEqual($0) }
    }

    private static func matches(_ segments: [Segment], _ path: [[UInt8]]) -> Bool {
        guard segments.count == path.count else { return false }
        return zip(segments, path).allSatisfy { segment, part in
            if case .named(let name) = segment { name == part } else { true }
        }
    }
}
