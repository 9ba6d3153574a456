internal import COpenSSL

extension PublicKey {
    /// The sizes of RSA keys that are accepted, in bits: the lower bound is RFC 7518's (section 3.3), the upper one keeps a check cheap.
    static let rsaBits = 2048...8192

    /// Makes an RSA key of its modulus and exponent, both big-endian.
    static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(KeySetError) -> PublicKey {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        try checkRSA(bits: bits)
        guard modulus.last.map({ $0 & 1 == 1 }) == true else { throw KeySetError(.weak, "an RSA modulus is even") }
        // Exponents beyond 64 bits serve only to make each check slow.
        guard let last = exponent.last, last & 1 == 1, exponent.count <= 8, exponent.count > 1 || last >= 3 else {
            throw KeySetError(.weak, "an RSA exponent is not an odd number from 3 to 2^64")
        }
        let n = BN_bin2bn(modulus, Int32(modulus.count), nil)
        let e = BN_bin2bn(exponent, Int32(exponent.count), nil)
        defer {
            BN_free(n)
            BN_free(e)
        }
        let handle = fromData("RSA") { builder in
            OSSL_PARAM_BLD_push_BN(builder, parameterName("n"), n) == 1 && OSSL_PARAM_BLD_push_BN(builder, parameterName("e"), e) == 1
        }
        guard let handle else { throw KeySetError(.malformed, "an RSA key was refused by OpenSSL") }
        return PublicKey(KeyHandle(owning: handle), family: .rsa)
    }

    /// Makes a key on a NIST curve of its affine coordinates, each exactly as wide as the field (RFC 7518, section 6.2.1.2).
    static func nistCurve(_ family: Family, x: [UInt8], y: [UInt8]) throws(KeySetError) -> PublicKey {
        guard let width = family.coordinateBytes, let group = family.groupName else {
            throw KeySetError(.unsupported, "\(family.rawValue) is not a NIST curve")
        }
        guard x.count == width, y.count == width else {
            throw KeySetError(.malformed, "a coordinate of a \(family.rawValue) key is not \(width) bytes")
        }
        let point = [0x04] + x + y
        // The builder keeps pointers to what it is given until the key is made.
        let handle = group.withCString { group in
            point.withUnsafeBufferPointer { point in
                fromData("EC") { builder in
                    OSSL_PARAM_BLD_push_utf8_string(builder, parameterName("group"), group, 0) == 1
                        && OSSL_PARAM_BLD_push_octet_string(builder, parameterName("pub"), point.baseAddress, point.count) == 1
                }
            }
        }
        guard let handle else { throw KeySetError(.weak, "a \(family.rawValue) key is not a point of its curve") }
        let key = KeyHandle(owning: handle)
        guard isValid(handle) else { throw KeySetError(.weak, "a \(family.rawValue) key is not a point of its curve") }
        return PublicKey(key, family: family)
    }

    /// Makes an Ed25519 key of its 32 bytes (RFC 8032, section 5.1.5).
    static func ed25519(_ bytes: [UInt8]) throws(KeySetError) -> PublicKey {
        guard bytes.count == 32 else { throw KeySetError(.malformed, "an Ed25519 key is not 32 bytes") }
        try checkEd25519(bytes)
        guard let handle = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else {
            ERR_clear_error()
            throw KeySetError(.malformed, "an Ed25519 key was refused by OpenSSL")
        }
        return PublicKey(KeyHandle(owning: handle), family: .ed25519)
    }

    /// Reads one PEM public key (`-----BEGIN PUBLIC KEY-----`, RFC 7468, section 13).
    static func pem(_ text: [UInt8]) throws(KeySetError) -> PublicKey {
        guard !text.isEmpty, text.count <= 1 << 16, let source = BIO_new_mem_buf(text, Int32(text.count)) else {
            throw KeySetError(.malformed, "a PEM key is empty or too long")
        }
        defer { BIO_free(source) }
        guard let handle = PEM_read_bio_PUBKEY(source, nil, nil, nil) else {
            ERR_clear_error()
            throw KeySetError(.malformed, "not a PEM public key (-----BEGIN PUBLIC KEY-----)")
        }
        let key = KeyHandle(owning: handle)
        return PublicKey(key, family: try checkedFamily(key))
    }

    /// What kind of key OpenSSL has read, after the checks that keys made of numbers get above.
    static func checkedFamily(_ key: KeyHandle) throws(KeySetError) -> Family {
        let handle = key.pointer
        if key.isA("RSA") {
            try checkRSA(bits: Int(EVP_PKEY_get_bits(handle)))
            try checkExponent(handle)
            return .rsa
        }
        if key.isA("ED25519") {
            var bytes = [UInt8](repeating: 0, count: 32)
            var count = bytes.count
            guard EVP_PKEY_get_raw_public_key(handle, &bytes, &count) == 1, count == 32 else {
                ERR_clear_error()
                throw KeySetError(.malformed, "an Ed25519 key cannot be read")
            }
            try checkEd25519(bytes)
            return .ed25519
        }
        guard key.isA("EC") else { throw KeySetError(.unsupported, "keys are RSA, P-256, P-384, P-521 or Ed25519") }
        guard let group = key.groupName else { throw KeySetError(.unsupported, "an EC key without a named curve") }
        guard let family = [Family.p256, .p384, .p521].first(where: { $0.groupName == group }) else {
            throw KeySetError(.unsupported, "curves are P-256, P-384, P-521 and Ed25519")
        }
        guard isValid(handle) else { throw KeySetError(.weak, "a \(family.rawValue) key is not a point of its curve") }
        return family
    }

    private static func checkRSA(bits: Int) throws(KeySetError) {
        guard rsaBits.contains(bits) else {
            throw KeySetError(.weak, "an RSA key has \(bits) bits; \(rsaBits.lowerBound) to \(rsaBits.upperBound) are accepted")
        }
    }

    private static func checkExponent(_ handle: OpaquePointer) throws(KeySetError) {
        var exponent: OpaquePointer?
        guard EVP_PKEY_get_bn_param(handle, "e", &exponent) == 1 else {
            ERR_clear_error()
            throw KeySetError(.malformed, "an RSA key without an exponent")
        }
        defer { BN_free(exponent) }
        guard BN_is_odd(exponent) == 1, BN_num_bits(exponent) <= 64, BN_is_one(exponent) == 0 else {
            throw KeySetError(.weak, "an RSA exponent is not an odd number from 3 to 2^64")
        }
    }

    /// Refuses the points of small order, with which a signature over one message also fits others. RFC 8032 leaves this to the application.
    private static func checkEd25519(_ bytes: [UInt8]) throws(KeySetError) {
        var unsigned = bytes
        unsigned[31] &= 0x7F
        guard !smallOrderPoints.contains(unsigned) else { throw KeySetError(.weak, "an Ed25519 key is a point of small order") }
    }

    private static let smallOrderPoints: [[UInt8]] = {
        let top: [UInt8] = Array(repeating: 0xFF, count: 30) + [0x7F]
        return [
            Array(repeating: 0, count: 32),
            [1] + Array(repeating: 0, count: 31),
            [
                0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0, 0xD5, 0xDF, 0xAC, 0x05,
                0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
            ],
            [
                0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F, 0x2A, 0x20, 0x53, 0xFA,
                0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
            ],
            [0xEC] + top, [0xED] + top, [0xEE] + top,
        ]
    }()

    private static func isValid(_ handle: OpaquePointer) -> Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, handle, nil) else { return false }
        defer {
            EVP_PKEY_CTX_free(context)
            ERR_clear_error()
        }
        return EVP_PKEY_public_check(context) == 1
    }

    /// A parameter's name that outlives its builder.
    private static func parameterName(_ name: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// Makes a public key of named parameters; `nil` when OpenSSL refuses them.
    private static func fromData(_ type: String, _ fill: (OpaquePointer) -> Bool) -> OpaquePointer? {
        defer { ERR_clear_error() }
        guard let builder = OSSL_PARAM_BLD_new() else { return nil }
        defer { OSSL_PARAM_BLD_free(builder) }
        guard fill(builder), let parameters = OSSL_PARAM_BLD_to_param(builder) else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var handle: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &handle, publicKeySelection, parameters) == 1
        else { return nil }
        return handle
    }

    /// OpenSSL's `EVP_PKEY_PUBLIC_KEY`, a macro that Swift does not import: domain and other parameters, and the public key.
    private static let publicKeySelection: Int32 = 0x04 | 0x80 | 0x02
}

extension PublicKey.Family {
    /// OpenSSL's name of the curve.
    var groupName: String? {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        case .rsa, .ed25519: nil
        }
    }
}
