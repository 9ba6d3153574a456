/// `regex.globs_match`: whether two patterns of single characters, classes, `.`, `*` and `+` have a match in common (the language of
/// yashtewari/glob-intersection, which OPA uses).
enum RegexGlob {
    struct Failure: Error {
        let message: String
    }

    /// One character of a set, once, any number of times, or at least once.
    struct Token {
        enum Times { case once, star, plus }
        /// Ranges of scalars; `nil` is any.
        var members: [ClosedRange<UInt32>]?
        var times = Times.once

        func sharesMember(with other: Token) -> Bool {
            guard let left = members, let right = other.members else { return true }
            return left.contains { range in right.contains { $0.overlaps(range) } }
        }
    }

    static func parse(_ text: UnsafeBufferPointer<UInt8>) throws(Failure) -> [Token] {
        let source = String(decoding: text, as: UTF8.self)
        let scalars = source.unicodeScalars.map(\.value)
        func failure(_ position: Int, _ message: String) -> Failure {
            Failure(message: "input:\(source), pos:\(position), \(message): the input provided is invalid")
        }
        var tokens: [Token] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            switch scalar {
            case 0x2E:
                tokens.append(Token(members: nil))
                index += 1
            case 0x5B:
                let (members, end) = try parseSet(scalars, index, failure)
                tokens.append(Token(members: members))
                index = end
            case 0x5D:
                throw failure(index + 1, "set-close ']' with no preceding '['")
            case 0x2A, 0x2B:
                guard var last = tokens.popLast(), last.times == .once else {
                    throw failure(index + 1, "flag '\(scalar == 0x2A ? "*" : "+")' must be preceded by a non-flag")
                }
                last.times = scalar == 0x2A ? .star : .plus
                tokens.append(last)
                index += 1
            case 0x5C:
                guard index + 1 < scalars.count else { throw failure(index + 1, "input ends with a \\ (escape) character") }
                tokens.append(Token(members: [scalars[index + 1]...scalars[index + 1]]))
                index += 2
            default:
                tokens.append(Token(members: [scalar...scalar]))
                index += 1
            }
        }
        return tokens
    }

    private static func parseSet(
        _ scalars: [UInt32], _ start: Int, _ failure: (Int, String) -> Failure
    ) throws(Failure) -> (members: [ClosedRange<UInt32>], end: Int) {
        var members: [ClosedRange<UInt32>] = []
        var index = start + 1
        var isRange = false
        while index < scalars.count {
            var scalar = scalars[index]
            if scalar == 0x5D {
                if isRange { throw failure(index + 1, "range character '-' must be followed by a character") }
                return (members, index + 1)
            }
            if scalar == 0x2D, !isRange {
                if members.isEmpty { throw failure(index + 1, "range character '-' must be preceded by a Unicode character") }
                isRange = true
                index += 1
                continue
            }
            if scalar == 0x5C, index + 1 < scalars.count {
                index += 1
                scalar = scalars[index]
            }
            if isRange, let last = members.popLast() {
                guard last.lowerBound <= scalar else { throw failure(index + 1, "range is out of order") }
                members.append(last.lowerBound...scalar)
                isRange = false
            } else {
                members.append(scalar...scalar)
            }
            index += 1
        }
        throw failure(scalars.count, "found [ without matching ]")
    }

    /// Walks both patterns at once: a pair of places is reachable or not, so that the work is at most the product of their lengths.
    ///
    /// - Parameter limit: the pairs of places that may be looked at.
    /// - Returns: `nil` beyond the limit, and when interrupted.
    static func intersects(_ first: [Token], _ second: [Token], limit: Int, isInterrupted: () -> Bool) -> Bool? {
        let width = second.count + 1
        // Bit 0: reached; bit 1 and 2: the first or second token has matched at least once.
        var seen = Set<Int>()
        var pending: [(Int, Int, Bool, Bool)] = [(0, 0, false, false)]
        while let (left, right, leftUsed, rightUsed) = pending.popLast() {
            guard seen.insert(((left * width + right) << 2) | (leftUsed ? 1 : 0) | (rightUsed ? 2 : 0)).inserted else { continue }
            if left == first.count, right == second.count { return true }
            if seen.count > limit || seen.count & 1023 == 0 && isInterrupted() { return nil }
            // A token that repeats may end: a star at once, a plus when used.
            if left < first.count, first[left].times == .star || (first[left].times == .plus && leftUsed) {
                pending.append((left + 1, right, false, rightUsed))
            }
            if right < second.count, second[right].times == .star || (second[right].times == .plus && rightUsed) {
                pending.append((left, right + 1, leftUsed, false))
            }
            guard left < first.count, right < second.count, first[left].sharesMember(with: second[right]) else { continue }
            let staysLeft = first[left].times != .once
            let staysRight = second[right].times != .once
            pending.append((staysLeft ? left : left + 1, staysRight ? right : right + 1, staysLeft, staysRight))
        }
        return false
    }
}
