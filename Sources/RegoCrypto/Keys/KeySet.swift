/// The keys that tokens are checked with, read once from a JWK set (RFC 7517) or a PEM file and immutable from then on.
package struct KeySet: Sendable {
    /// One usable key of the set.
    package struct Entry: Sendable {
        /// The key's `kid`.
        package var id: String?
        /// The only algorithm that the key is meant for (`alg`); `nil` when any that fits.
        package var algorithm: SignatureAlgorithm?
        package var key: PublicKey
    }

    /// More keys than this are refused.
    package static let keyLimit = 128
    /// A longer file is refused, in bytes.
    package static let byteLimit = 1 << 20

    /// The usable keys in the set's order; never empty.
    package let entries: [Entry]
    /// What was left out and why, for the operator's log: symmetric keys, unknown types and curves, keys for encryption.
    package let skipped: [String]

    /// Reads a JWK set, or a single JWK.
    ///
    /// Keys that cannot be for checking tokens (`oct`, unknown `kty`, `crv` or `alg`, `use` other than `sig`, `key_ops` without `verify`) are
    /// skipped as RFC 7517, section 5 asks; a key that claims to be usable and is broken, weak or private refuses the whole set, so that it
    /// is noticed when the file is installed.
    ///
    /// - Throws: ``KeySetError`` with any of its codes.
    package init(jwks bytes: [UInt8]) throws(KeySetError) {
        guard bytes.count <= Self.byteLimit else { throw KeySetError(.malformed, "the file is longer than \(Self.byteLimit) bytes") }
        let document: JSONClaim
        do {
            document = try StrictJSON.parse(bytes)
        } catch {
            throw KeySetError(.malformed, "not JSON: \(error.message)")
        }
        let keys: [JSONClaim]
        if let listed = document["keys"] {
            guard let elements = listed.elements else { throw KeySetError(.malformed, "`keys` is not an array") }
            keys = elements
        } else if document["kty"] != nil {
            keys = [document]
        } else {
            throw KeySetError(.malformed, "neither a JWK set (an object with `keys`) nor a JWK")
        }
        guard keys.count <= Self.keyLimit else { throw KeySetError(.malformed, "more than \(Self.keyLimit) keys") }
        var entries: [Entry] = []
        var skipped: [String] = []
        for (index, key) in keys.enumerated() {
            let place = "key \(index + 1)"
            do {
                switch try JSONWebKey.read(key) {
                case .usable(let entry):
                    try Self.check(entry, isNewIn: entries)
                    entries.append(entry)
                case .skipped(let reason):
                    skipped.append("\(place): \(reason)")
                }
            } catch {
                throw KeySetError(error.code, "\(place): \(error.message)")
            }
        }
        try self.init(entries: entries, skipped: skipped)
    }

    /// Reads one PEM public key. It has no `kid`, so it serves tokens without one and, with `id`, those with that one.
    ///
    /// - Throws: ``KeySetError`` (`malformed`, `unsupported`, `weak`).
    package init(pem bytes: [UInt8], id: String? = nil) throws(KeySetError) {
        try self.init(entries: [Entry(id: id, algorithm: nil, key: try PublicKey.pem(bytes))], skipped: [])
    }

    private init(entries: [Entry], skipped: [String]) throws(KeySetError) {
        guard !entries.isEmpty else {
            throw KeySetError(.empty, "no usable key" + (skipped.isEmpty ? "" : " (\(skipped.joined(separator: "; ")))"))
        }
        self.entries = entries
        self.skipped = skipped
    }

    /// Two keys may share a `kid` only as alternatives of different types (RFC 7517, section 4.5).
    private static func check(_ entry: Entry, isNewIn entries: [Entry]) throws(KeySetError) {
        guard let id = entry.id else { return }
        let taken = entries.contains { other in other.key.family == entry.key.family && other.id.map { sameBytes($0, id) } == true }
        guard !taken else { throw KeySetError(.duplicate, "its `kid` belongs to an earlier key of the same type") }
    }

    /// The keys that may have signed with an algorithm: those named by the token's `kid`, or all when it names none.
    /// - Complexity: O(keys).
    package func candidates(id: String?, _ algorithm: SignatureAlgorithm) -> [PublicKey] {
        var found: [PublicKey] = []
        for entry in entries where entry.key.fits(algorithm) {
            if let only = entry.algorithm, only != algorithm { continue }
            if let id, entry.id.map({ sameBytes($0, id) }) != true { continue }
            found.append(entry.key)
        }
        return found
    }
}
