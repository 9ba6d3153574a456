internal import COpenSSL

/// The SHA-2 functions (FIPS 180-4).
package enum DigestAlgorithm: String, Sendable, CaseIterable {
    case sha256 = "SHA256"
    case sha384 = "SHA384"
    case sha512 = "SHA512"

    /// The digest's length in bytes.
    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// OpenSSL's implementation, looked up once: `EVP_sha256()` would be resolved to its provider at each use.
    var method: OpaquePointer? {
        switch self {
        case .sha256: FetchedDigests.shared.sha256
        case .sha384: FetchedDigests.shared.sha384
        case .sha512: FetchedDigests.shared.sha512
        }
    }
}

/// Digests and message authentication codes.
package enum Digest {
    /// Hashes bytes; `nil` when OpenSSL has no such digest (a restricted provider).
    /// - Complexity: O(n).
    package static func hash(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> [UInt8]? {
        guard let method = algorithm.method else { return nil }
        var digest = [UInt8](repeating: 0, count: algorithm.byteCount)
        var length: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &length, method, nil) == 1, Int(length) == digest.count else {
            ERR_clear_error()
            return nil
        }
        return digest
    }

    /// HMAC (RFC 2104) over bytes; `nil` when OpenSSL has no such digest.
    /// - Complexity: O(n).
    package static func hmac(_ bytes: [UInt8], key: [UInt8], _ algorithm: DigestAlgorithm) -> [UInt8]? {
        var code = [UInt8](repeating: 0, count: algorithm.byteCount)
        var length = 0
        // A null key pointer would mean "keep the key of before"; an empty array may have one.
        let material = key.isEmpty ? [0] : key
        guard
            EVP_Q_mac(
                nil, "HMAC", nil, algorithm.rawValue, nil, material, key.isEmpty ? 0 : key.count, bytes, bytes.count, &code, code.count,
                &length) != nil, length == code.count
        else {
            ERR_clear_error()
            return nil
        }
        return code
    }

    /// Whether two sequences of bytes are equal, in a time that depends on their length only.
    /// - Complexity: O(n).
    package static func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// `@unchecked Sendable`: the fetched methods are immutable and live as long as the process.
private final class FetchedDigests: @unchecked Sendable {
    static let shared = FetchedDigests()

    let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
    let sha384 = EVP_MD_fetch(nil, "SHA384", nil)
    let sha512 = EVP_MD_fetch(nil, "SHA512", nil)
}
