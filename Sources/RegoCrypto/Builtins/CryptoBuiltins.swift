@_spi(Engine) package import RegoRuntime

/// The builtins of OPA that need cryptography.
package enum CryptoBuiltins {
    /// The builtins by family; a registry joins them with those of other modules.
    package static var families: [[BuiltinDefinition]] {
        [
            HashBuiltins.definitions, TokenBuiltins.definitions, TokenVerifyBuiltins.definitions,
            PrivateKeyBuiltins.definitions, AWSBuiltins.definitions, CertificateBuiltins.definitions,
        ]
    }
}

/// Why a builtin has no result, in OPA's words.
struct CryptoFault: Error {
    var kind: BuiltinFailureKind
    var message: String

    init(_ message: String, kind: BuiltinFailureKind = .builtin) {
        self.kind = kind
        self.message = message
    }
}

extension BuiltinCall {
    /// Ends with what the body makes, or with the fault that it throws.
    func `return`(catching body: () throws(CryptoFault) -> Value) {
        do throws(CryptoFault) {
            self.return(try body())
        } catch {
            fail(error.kind, error.message)
        }
    }
}

extension Value {
    /// A copy of a string's bytes.
    var bytes: [UInt8] { Array(utf8) }

    /// The value of a name in an object; undefined without it.
    func member(_ name: String, in arena: Arena) -> Value { lookup(.string(name, in: arena)) }
}

extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
