import Glibc

/// Runs what recurses deeply on a thread with a stack of its own.
///
/// Every walk through a syntax tree recurses, and the threads that call may have stacks of 512 KB. Trees that are deeper than those can
/// hold are rare: they are found out on the way, and what found them is done again here.
package enum LargeStack {
    /// Bytes of address space; memory is taken as the recursion reaches it.
    private static let size = 128 << 20

    /// Why what nests deeply was not walked through.
    package static let failure = "there is no memory for the stack that deeply nested terms need"

    /// Holds a value on the threads that run here.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    /// Calls `body` on a large stack, in place if this is one, and waits for it.
    ///
    /// - Returns: what `body` returns; `nil` if there is no memory for a thread.
    package static func run<Result>(_ body: () -> Result) -> Result? {
        if let key, pthread_getspecific(key) != nil { return body() }
        return withoutActuallyEscaping(body) { body in
            let work = Work(body)
            return start(work) ? work.result : nil
        }
    }

    /// Calls `body` in place, or, if `isDeep` says so, on a large stack.
    package static func run<Result>(if isDeep: Bool, _ body: () -> Result) -> Result? { isDeep ? run(body) : body() }

    /// Runs work on a new thread and waits for its end; `false` if no thread could be made.
    private static func start(_ work: AnyWork) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        guard pthread_attr_setstacksize(&attributes, size) == 0 else { return false }
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                if let key = LargeStack.key { pthread_setspecific(key, argument) }
                Unmanaged<AnyWork>.fromOpaque(argument).takeUnretainedValue().run()
                return nil
            }, Unmanaged.passUnretained(work).toOpaque())
        return status == 0 && pthread_join(thread, nil) == 0
    }

    private class AnyWork {
        func run() {}
    }

    private final class Work<Result>: AnyWork {
        /// Read after the thread that writes it has been joined.
        var result: Result?
        private let body: () -> Result

        init(_ body: @escaping () -> Result) { self.body = body }

        override func run() { result = body() }
    }
}
