/// Everything that is wrong with a configuration, at once.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// One mistake: where it stands, what it is.
    package struct Issue: Sendable, Equatable, CustomStringConvertible {
        /// `file:line:column`, or the flag that the value came from.
        package let place: String
        package let message: String

        package var description: String { "\(place): \(message)" }
    }

    package let issues: [Issue]

    package init(issues: [Issue]) {
        self.issues = issues
    }

    package init(place: String, message: String) {
        self.issues = [Issue(place: place, message: message)]
    }

    package var description: String {
        issues.map(\.description).joined(separator: "\n")
    }
}

/// The candidate that a misspelt word most likely meant; `nil` when none is near.
func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let scored = candidates.map { (candidate: $0, distance: editDistance(word, $0)) }
    guard let best = scored.min(by: { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }) else { return nil }
    return best.distance <= max(2, word.utf8.count / 2) ? best.candidate : nil
}

/// Insertions, deletions and replacements of bytes that lead from one word to another (Levenshtein).
///
/// - Complexity: O(n·m); words longer than 64 bytes are cut.
func editDistance(_ first: String, _ second: String) -> Int {
    let a = Array(first.utf8.prefix(64))
    let b = Array(second.utf8.prefix(64))
    var row = Array(0...b.count)
    for (i, byte) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let replaced = diagonal + (byte == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
