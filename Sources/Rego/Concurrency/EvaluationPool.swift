@_spi(Engine) import RegoRuntime
import RegoSyntax

/// Threads that evaluations run on when the caller is asynchronous.
///
/// An evaluation is a synchronous computation, and builtins may wait for a network: on Swift's own threads, which are as few as there are
/// processors, either would hold up every other task. Evaluations that are known to be short can be called directly instead.
///
/// ```swift
/// let answer = try await query.evaluate(.json(body), limits: .init(time: .milliseconds(50)), on: .shared)
/// ```
///
/// Threads are started when they are first needed, and end with the pool once its queue is empty.
public final class EvaluationPool: Sendable {
    /// A pool for whole programs: two threads a processor, so that some may wait.
    public static let shared = EvaluationPool(threads: Workers.processorCount * 2)

    private let queue: WorkQueue

    /// Makes a pool.
    ///
    /// - Parameter threads: evaluations that run at once, at least 1; the others wait in the order they came.
    public init(threads: Int) {
        queue = WorkQueue(threadLimit: max(threads, 1))
    }

    deinit { queue.close() }

    /// Evaluates on one of the pool's threads.
    ///
    /// The time limit counts from this call, so it includes the wait for a thread. Cancelling the task cancels the evaluation.
    func evaluate(_ query: PreparedQuery, _ input: Input, limits: EvaluationLimits) async throws(EvaluationError) -> Answer {
        var limits = limits
        let cancellation = Cancellation(within: limits.cancellation)
        limits.cancellation = cancellation
        let deadline = limits.time.map { ContinuousClock.now + $0 }
        let result: Result<Answer, EvaluationError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.add { [limits] in
                    continuation.resume(returning: Self.evaluate(query, input, limits: limits, deadline: deadline))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }

    private static func evaluate(
        _ query: PreparedQuery, _ input: Input, limits: EvaluationLimits, deadline: ContinuousClock.Instant?
    ) -> Result<Answer, EvaluationError> {
        if limits.cancellation?.isCancelled == true {
            return .failure(EvaluationError(code: .cancelled, message: "caller cancelled query execution"))
        }
        var limits = limits
        if let deadline {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else {
                return .failure(EvaluationError(code: .deadline, message: "evaluation stopped: its time was up before a thread was free"))
            }
            limits.time = left
        }
        do throws(EvaluationError) {
            return .success(try query.evaluate(input, limits: limits))
        } catch {
            return .failure(error)
        }
    }
}

extension PreparedQuery {
    /// Evaluates the query on a pool's threads, so that no thread of Swift's is blocked.
    ///
    /// - Parameters:
    ///   - input: what `input` is.
    ///   - limits: the evaluation's bounds; its time counts from this call. Cancelling the task ends the evaluation with `.cancelled`.
    ///   - pool: the threads.
    /// - Throws: the error that ended the evaluation; undefined is an answer, not an error.
    public func evaluate(
        _ input: Input = .none, limits: EvaluationLimits = EvaluationLimits(), on pool: EvaluationPool
    ) async throws(EvaluationError) -> Answer {
        try await pool.evaluate(self, input, limits: limits)
    }

    /// Asks about a Swift value on a pool's threads and reads the decision as another; `nil` when undefined.
    ///
    /// - Throws: `EvaluationError` if the evaluation ended without an answer, `EncodingError` or `DecodingError` if a value does not fit.
    public func decide<Decision: Decodable>(
        _ type: Decision.Type = Decision.self, input: some Encodable, limits: EvaluationLimits = EvaluationLimits(),
        on pool: EvaluationPool
    ) async throws -> Decision? {
        try await pool.evaluate(self, .encoding(input), limits: limits).decode(type)
    }
}
