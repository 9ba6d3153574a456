/// Why one request for inference has no result.
package struct InferenceError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable text for logs and tests.
    package enum Code: String, Sendable {
        /// The worker has as much accepted work as it may hold.
        case queueFull = "queue_full"
        /// The request's time ran out before its result was there.
        case deadlineExceeded = "deadline_exceeded"
        /// The worker takes no more requests.
        case shuttingDown = "shutting_down"
        /// The caller's task was cancelled.
        case cancelled = "cancelled"
        /// The model's manifest does not name the image's modality.
        case unsupportedModality = "unsupported_modality"
        /// The image could not be decoded; see `imageError`.
        case image = "image"
        /// The engine failed.
        case engineFailed = "engine_failed"
        /// Threads or memory could not be had.
        case resources = "resources"
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
