import Glibc

/// Threads that share a piece of work.
package enum Workers {
    /// Processors that this process may run on.
    package static var processorCount: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

    /// Bytes of each thread's stack, far more than the 512 KB that what runs in place may take.
    private static let stackBytes = 16 << 20

    /// Runs a piece of work on several threads at once, of which the caller's is one, and waits for all of them.
    package static func run(_ count: Int, _ work: () -> Void) {
        guard count > 1 else {
            if count == 1 { work() }
            return
        }
        withoutActuallyEscaping(work) { work in
            let box = Unmanaged.passRetained(Box(work: work))
            let threads = start(count - 1, box)
            work()
            for thread in threads { pthread_join(thread, nil) }
            box.release()
        }
    }

    /// Starts threads; fewer where the machine has no room for more.
    private static func start(_ count: Int, _ box: Unmanaged<Box>) -> [pthread_t] {
        withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { attributes in
            guard let attributes = attributes.baseAddress, pthread_attr_init(attributes) == 0 else { return [] }
            defer { pthread_attr_destroy(attributes) }
            pthread_attr_setstacksize(attributes, stackBytes)
            var threads: [pthread_t] = []
            for _ in 0..<count {
                var thread: pthread_t = 0
                guard pthread_create(&thread, attributes, Self.body, box.toOpaque()) == 0 else { break }
                threads.append(thread)
            }
            return threads
        }
    }

    private final class Box {
        let work: () -> Void
        init(work: @escaping () -> Void) { self.work = work }
    }

    private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeUnretainedValue().work() }
        return nil
    }
}
