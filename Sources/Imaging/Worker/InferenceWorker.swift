import CImaging

/// Runs decoding and inference on threads of its own, with a bounded queue and a deadline for each request.
///
/// Engine calls block: on Swift's pool or an event loop they would hold up everybody else.
package final class InferenceWorker: Sendable {
    /// Sizes of the worker.
    package struct Configuration: Hashable, Sendable {
        /// Requests that run at once, 1...64.
        package var threads: Int
        /// Requests that may wait, 1 or more.
        package var queueCapacity: Int

        package init(threads: Int = 2, queueCapacity: Int = 64) {
            self.threads = threads
            self.queueCapacity = queueCapacity
        }
    }

    /// Counts since the start, for metrics.
    package struct Statistics: Hashable, Sendable {
        /// Waiting now.
        package internal(set) var queued = 0
        /// On a thread now.
        package internal(set) var running = 0
        package internal(set) var completed = 0
        /// Ended with an error of the image, the model or the engine.
        package internal(set) var failed = 0
        /// Refused because the queue was full or the worker was closing.
        package internal(set) var rejected = 0
        package internal(set) var timedOut = 0
        package internal(set) var cancelled = 0
    }

    package let configuration: Configuration
    private let queue: JobQueue

    /// Starts the threads.
    ///
    /// - Throws: `.resources`.
    package init(configuration: Configuration = Configuration()) throws(InferenceError) {
        guard (1...64).contains(configuration.threads), configuration.queueCapacity >= 1, let monitor = Monitor() else {
            throw InferenceError(.resources, "a worker needs 1 to 64 threads, a queue of at least one, and memory")
        }
        self.configuration = configuration
        self.queue = JobQueue(monitor: monitor, capacity: configuration.queueCapacity)
        for index in 0..<configuration.threads {
            try queue.startThread(name: "ward-infer-\(index)", stackBytes: 8 << 20, body: JobQueue.runJobs)
        }
        try queue.startThread(name: "ward-deadlines", stackBytes: 256 << 10, body: JobQueue.watchDeadlines)
    }

    deinit {
        queue.close()
    }

    /// Counts since the start.
    package var statistics: Statistics { queue.currentStatistics }

    /// Decodes, preprocesses and infers. Call it only after the policy allowed.
    ///
    /// - Parameters:
    ///   - frame: counted from 0.
    ///   - timeout: from now; when it has passed the caller gets `.deadlineExceeded` at once, whatever the thread is still doing.
    /// - Throws: every code of `InferenceError`.
    package func infer(
        model: Model, image: OpenedImage, header: DICOMHeader, frame: Int = 0, timeout: Duration = .seconds(5)
    ) async throws(InferenceError) -> InferenceResult {
        guard model.accepts(modality: header.modality) else {
            throw InferenceError(
                .unsupportedModality,
                "model \(model.name) is for \(model.manifest.modalityNames.joined(separator: ", ")), not for \(header.modality ?? "an unnamed modality")"
            )
        }
        return try await submit(timeout: timeout) { job in
            model.infer(image: image, header: header, frame: frame, isAbandoned: { job.isAbandoned })
        }
    }

    /// Runs any blocking work under the same queue, deadline and threads.
    package func submit(
        timeout: Duration, _ work: @escaping @Sendable (InferenceJob) -> Result<InferenceResult, InferenceError>
    ) async throws(InferenceError) -> InferenceResult {
        let job = InferenceJob(deadline: .now + timeout, work: work)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.submit(job, continuation)
            }
        } onCancel: {
            queue.cancel(job)
        }
        return try outcome.get()
    }

    /// Refuses new requests, lets accepted ones finish or meet their deadlines, and returns when the threads have ended.
    package func shutdown() async {
        await withCheckedContinuation { continuation in
            queue.close(then: continuation)
        }
    }
}
