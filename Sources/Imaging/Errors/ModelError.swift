/// Why a model was not admitted.
package struct ModelError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable text for logs and tests.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// `model.json` is not what the format asks for.
        package static let manifestInvalid = Code("manifest_invalid")
        /// A named file or folder does not exist or cannot be read.
        package static let fileMissing = Code("file_missing")
        /// A file is larger than a model may be.
        package static let fileTooLarge = Code("file_too_large")
        /// A file's SHA-256 is not the manifest's.
        package static let hashMismatch = Code("hash_mismatch")
        /// The inference library is not installed.
        package static let engineMissing = Code("engine_missing")
        /// The engine refuses the model.
        package static let engineFailed = Code("engine_failed")
        /// The child process that tries the model first did not succeed.
        package static let admissionFailed = Code("admission_failed")
        /// The golden image does not give the golden outputs.
        package static let goldenMismatch = Code("golden_mismatch")
        /// Two models of one name.
        package static let duplicateName = Code("duplicate_name")
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension ModelError: Hashable {
    /// Errors are equal by code; messages are for people.
    package static func == (left: ModelError, right: ModelError) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
