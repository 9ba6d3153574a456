/// Why a model was not admitted.
package struct ModelError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable text for logs and tests.
    package enum Code: String, Sendable {
        /// `model.json` is not what the format asks for.
        case manifestInvalid = "manifest_invalid"
        /// A named file or folder does not exist or cannot be read.
        case fileMissing = "file_missing"
        /// A file is larger than a model may be.
        case fileTooLarge = "file_too_large"
        /// A file's SHA-256 is not the manifest's.
        case hashMismatch = "hash_mismatch"
        /// The inference library is not installed.
        case engineMissing = "engine_missing"
        /// The engine refuses the model.
        case engineFailed = "engine_failed"
        /// The child process that tries the model first did not succeed.
        case admissionFailed = "admission_failed"
        /// The golden image does not give the golden outputs.
        case goldenMismatch = "golden_mismatch"
        /// Two models of one name.
        case duplicateName = "duplicate_name"
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
