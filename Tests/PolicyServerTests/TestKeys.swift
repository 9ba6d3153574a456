import Foundation

/// Keys, tokens and certificates, made by `openssl`.
struct TestKeys {
    let scratch: Scratch

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    @discardableResult
    static func openssl(_ arguments: String..., input: [UInt8] = []) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        let errors = try stderr.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: String(decoding: errors, as: UTF8.self)) }
        return Array(output)
    }

    /// Makes the signing key `name.pem` and a second one that is in no key set.
    init(in scratch: Scratch) throws {
        self.scratch = scratch
        for name in ["good", "other"] {
            try Self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", scratch("\(name).pem"))
        }
        let modulus = String(decoding: try Self.openssl("rsa", "-in", scratch("good.pem"), "-noout", "-modulus"), as: UTF8.self)
        let digits = Array(modulus.drop { $0 != "=" }.dropFirst().filter(\.isHexDigit))
        let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
        try scratch.write(
            #"{"keys":[{"kty":"RSA","kid":"k1","alg":"RS256","use":"sig","e":"AQAB","n":"\#(Self.base64URL(bytes))"}]}"#, to: "jwks.json")
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// A token for somebody with these roles.
    func token(
        roles: String = #"["doctor"]"#, key: String = "good", algorithm: String = "RS256", expiresIn: Int = 600,
        issuer: String = "hospital",
        audience: String = "ward"
    ) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        let header = #"{"alg":"\#(algorithm)","kid":"k1","typ":"JWT"}"#
        let claims =
            #"{"sub":"dr.no","iss":"\#(issuer)","aud":"\#(audience)","exp":\#(now + expiresIn),"roles":\#(roles),"department":"radiology"}"#
        let message = "\(Self.base64URL(Array(header.utf8))).\(Self.base64URL(Array(claims.utf8)))"
        guard algorithm == "RS256" else { return message + "." }
        let signature = try Self.openssl("dgst", "-sha256", "-sign", scratch("\(key).pem"), "-binary", input: Array(message.utf8))
        return "\(message).\(Self.base64URL(signature))"
    }

    /// Makes an authority and, signed by it, `server` and `client` certificates.
    static func makeCertificates(in scratch: Scratch) throws {
        try openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test authority", "-keyout", scratch("ca.key"),
            "-out",
            scratch("ca.crt"))
        for (name, subject) in [("server", "/CN=localhost"), ("client", "/C=DE/O=Hospital, Inc/CN=pacs-1")] {
            try openssl(
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout", scratch("\(name).key"), "-out", scratch("\(name).csr"))
            try scratch.write("subjectAltName=DNS:\(name).example,IP:127.0.0.1\n", to: "\(name).ext")
            try openssl(
                "x509", "-req", "-days", "2", "-in", scratch("\(name).csr"), "-CA", scratch("ca.crt"), "-CAkey", scratch("ca.key"),
                "-CAcreateserial", "-extfile", scratch("\(name).ext"), "-out", scratch("\(name).crt"))
        }
    }
}
