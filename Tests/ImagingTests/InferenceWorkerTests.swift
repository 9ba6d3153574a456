import Glibc
import Imaging
import Synchronization
import Testing

/// A gate that blocking work waits at until the test opens it.
private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    let entered = Mutex(0)

    func open() { isOpen.withLock { $0 = true } }

    func pass() {
        entered.withLock { $0 += 1 }
        while !isOpen.withLock({ $0 }) { usleep(1000) }
    }

    func waitForEntries(_ count: Int) async throws {
        while entered.withLock({ $0 }) < count { try await Task.sleep(for: .milliseconds(1)) }
    }
}

private let nothing: @Sendable (InferenceJob) -> Result<InferenceResult, InferenceError> = { _ in
    .failure(InferenceError(.engineFailed, "nothing to do"))
}

private func code(_ worker: InferenceWorker, timeout: Duration = .seconds(60), _ work: @escaping @Sendable () -> Void) async
    -> InferenceError.Code?
{
    do throws(InferenceError) {
        _ = try await worker.submit(timeout: timeout) { job in
            work()
            return nothing(job)
        }
        return nil
    } catch {
        return error.code
    }
}

@Suite("Inference worker")
struct InferenceWorkerTests {
    @Test("work runs on the worker's own threads")
    func threads() async throws {
        let worker = try InferenceWorker(configuration: .init(threads: 2, queueCapacity: 4))
        let name = Mutex("")
        let outcome = await code(worker) {
            let text = (try? readFile("/proc/thread-self/comm")) ?? []
            name.withLock { $0 = String(decoding: text, as: UTF8.self) }
        }
        #expect(outcome == .engineFailed)
        #expect(name.withLock { $0 }.hasPrefix("ward-infer-"))
        await worker.shutdown()
    }

    @Test("as many run at once as there are threads, no more wait than the queue holds")
    func queueFull() async throws {
        let worker = try InferenceWorker(configuration: .init(threads: 2, queueCapacity: 3))
        let gate = Gate()
        try await withThrowingTaskGroup(of: InferenceError.Code?.self) { group in
            for _ in 0..<2 { group.addTask { await code(worker) { gate.pass() } } }
            try await gate.waitForEntries(2)
            for _ in 0..<3 { group.addTask { await code(worker) { gate.pass() } } }
            while worker.statistics.queued < 3 { try await Task.sleep(for: .milliseconds(1)) }
            #expect(await code(worker) {} == .queueFull)
            #expect(gate.entered.withLock { $0 } == 2)
            #expect(worker.statistics.running == 2)
            gate.open()
            for try await outcome in group { #expect(outcome == .engineFailed) }
        }
        #expect(worker.statistics.rejected == 1)
        #expect(worker.statistics.failed == 5)
        await worker.shutdown()
    }

    @Test("a deadline answers at once, whether the request waits or runs")
    func deadline() async throws {
        let worker = try InferenceWorker(configuration: .init(threads: 1, queueCapacity: 3))
        let gate = Gate()
        async let running = code(worker, timeout: .milliseconds(60)) { gate.pass() }
        try await gate.waitForEntries(1)
        #expect(await code(worker, timeout: .milliseconds(20)) {} == .deadlineExceeded)
        #expect(await running == .deadlineExceeded)
        #expect(worker.statistics.timedOut == 2)
        #expect(worker.statistics.running == 1)
        gate.open()
        #expect(await code(worker) {} == .engineFailed)
        await worker.shutdown()
    }

    @Test("a time that is over already is a deadline, not work")
    func pastDeadline() async throws {
        let worker = try InferenceWorker()
        #expect(await code(worker, timeout: .seconds(-1)) {} == .deadlineExceeded)
        await worker.shutdown()
    }

    @Test("a cancelled request leaves the queue")
    func cancellation() async throws {
        let worker = try InferenceWorker(configuration: .init(threads: 1, queueCapacity: 3))
        let gate = Gate()
        async let running = code(worker) { gate.pass() }
        try await gate.waitForEntries(1)
        let ran = Gate()
        ran.open()
        try await withThrowingTaskGroup(of: InferenceError.Code?.self) { group in
            group.addTask { await code(worker) { ran.pass() } }
            while worker.statistics.queued == 0 { try await Task.sleep(for: .milliseconds(1)) }
            group.cancelAll()
            for try await outcome in group { #expect(outcome == .cancelled) }
        }
        #expect(worker.statistics.queued == 0)
        gate.open()
        #expect(await running == .engineFailed)
        await worker.shutdown()
        #expect(ran.entered.withLock { $0 } == 0)
    }

    @Test("shutdown finishes what was accepted and refuses what comes later")
    func shutdown() async throws {
        let worker = try InferenceWorker(configuration: .init(threads: 1, queueCapacity: 8))
        let gate = Gate()
        try await withThrowingTaskGroup(of: InferenceError.Code?.self) { group in
            for _ in 0..<4 { group.addTask { await code(worker) { gate.pass() } } }
            while worker.statistics.queued < 3 { try await Task.sleep(for: .milliseconds(1)) }
            async let closed: Void = worker.shutdown()
            var late = InferenceError.Code.engineFailed
            while late != .shuttingDown {
                late = await code(worker, timeout: .milliseconds(5)) {} ?? .engineFailed
            }
            gate.open()
            await closed
            for try await outcome in group { #expect(outcome == .engineFailed) }
        }
        await worker.shutdown()
        #expect(worker.statistics.running == 0 && worker.statistics.queued == 0)
    }

    @Test("a thousand requests from many tasks are each answered once")
    func load() async throws {
        let worker = try InferenceWorker(configuration: .init(threads: 4, queueCapacity: 2000))
        let runs = Gate()
        runs.open()
        await withTaskGroup(of: InferenceError.Code?.self) { group in
            for _ in 0..<1000 { group.addTask { await code(worker) { runs.pass() } } }
            for await outcome in group { #expect(outcome == .engineFailed) }
        }
        #expect(runs.entered.withLock { $0 } == 1000)
        await worker.shutdown()
        #expect(worker.statistics.failed == 1000)
    }

    @Test("sizes out of bounds are refused", arguments: [(0, 1), (65, 1), (1, 0), (-1, -1)])
    func sizes(threads: Int, capacity: Int) {
        #expect(throws: InferenceError(.resources, "")) {
            try InferenceWorker(configuration: .init(threads: threads, queueCapacity: capacity))
        }
    }

    @Test("a broken image is an image error with its cause")
    func brokenImage() async throws {
        let folder = try TemporaryFolder()
        var builder = DICOMBuilder.image(rows: 9, columns: 9, pixels: [0, 0])
        builder.short(0x7FE1, 0x0010, 1)
        try writeFile(builder.file, "\(folder.path)/short.dcm")
        let store = try ImageStore(name: "s", root: folder.path)
        let image = try store.open(relativePath: "short.dcm")
        let model = try #require(try ModelRegistry.load(directory: Repository.model, options: builtIn)["ct-nodule"])
        let worker = try InferenceWorker()
        let header = try image.readHeader()
        let error = await #expect(throws: InferenceError.self) { try await worker.infer(model: model, image: image, header: header) }
        #expect(error?.code == .image)
        #expect(error?.imageError?.code == .truncated)
        await worker.shutdown()
    }
}
