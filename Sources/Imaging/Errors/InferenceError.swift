/// Why one request for inference has no result.
package struct InferenceError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable text for logs and tests.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        private init(_ rawValue: String) {
            self.rawValue = rawValue
        }

        /// The worker has as much accepted work as it may hold.
        package static let queueFull = Code("queue_full")
        /// The request's time ran out before its result was there.
        package static let deadlineExceeded = Code("deadline_exceeded")
        /// The worker takes no more requests.
        package static let shuttingDown = Code("shutting_down")
        /// The caller's task was cancelled.
        package static let cancelled = Code("cancelled")
        /// The model's manifest does not name the image's modality.
        package static let unsupportedModality = Code("unsupported_modality")
        /// The image could not be decoded; see `imageError`.
        package static let image = Code("image")
        /// The engine failed.
        package static let engineFailed = Code("engine_failed")
        /// Threads or memory could not be had.
        package static let resources = Code("resources")
    }

    package let code: Code
    package let message: String
    /// The cause when `code` is `.image`.
    package let imageError: ImageError?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        self.imageError = nil
    }

    /// Wraps a decoding failure.
    package init(image error: ImageError) {
        self.code = .image
        self.message = error.description
        self.imageError = error
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension InferenceError: Hashable {
    /// Errors are equal by code; messages are for people.
    package static func == (left: InferenceError, right: InferenceError) -> Bool { left.code == right.code }

    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
