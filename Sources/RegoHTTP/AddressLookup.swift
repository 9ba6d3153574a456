internal import Glibc
@_spi(Engine) internal import RegoRuntime
internal import Synchronization

/// `net.lookup_ip_addr` (OPA: "Net"): the addresses of a host.
enum AddressLookup {
    static func lookUp(_ call: BuiltinCall) {
        guard let name = call.string(0)?.swiftString else { return }
        guard call.context.mayReach(host: name) else { return call.fail(.builtin, "unallowed host: \(name)") }
        let key = "net.lookup_ip_addr-" + name
        if let known = call.context.remembered(key) { return call.return(known.makeValue(in: call.arena)) }
        switch resolve(name, call.context) {
        case .success(let addresses):
            let value = RegoValue.set(Set(addresses.map { .string($0) }))
            call.context.remember(value, for: key)
            call.return(value.makeValue(in: call.arena))
        case .failure(.interrupted):
            call.fail(.interrupted, "lookup \(name): operation was canceled")
        case .failure(.notFound(let reason)):
            call.fail(.builtin, "lookup \(name): \(reason)")
        }
    }

    private enum Failure: Error {
        case notFound(String)
        case interrupted
    }

    /// What a look-up's own thread leaves for the thread that waits.
    private final class Answer: Sendable {
        let result = Mutex<Result<[String], Failure>?>(nil)
    }

    private static func resolve(_ name: String, _ context: BuiltinContext) -> Result<[String], Failure> {
        guard !name.isEmpty, !name.utf8.contains(0), name.utf8.count < 1025 else { return .failure(.notFound("no such host")) }
        if let address = ProxySettings.Address(name) { return .success([Self.text(address.bytes)]) }
        // The system's resolver cannot be interrupted: it has a thread of its own, which is left to its end when the evaluation gives up.
        let answer = Answer()
        guard start(name, answer) else { return .failure(.notFound("the look-up could not be started")) }
        var pause: UInt32 = 50
        while true {
            if let result = answer.result.withLock({ $0 }) { return result }
            if context.isInterrupted { return .failure(.interrupted) }
            usleep(pause)
            pause = min(pause * 2, 5000)
        }
    }

    private final class Job {
        let name: String
        let answer: Answer

        init(name: String, answer: Answer) {
            self.name = name
            self.answer = answer
        }
    }

    private static func start(_ name: String, _ answer: Answer) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        let job = Unmanaged.passRetained(Job(name: name, answer: answer))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
                let result = AddressLookup.ask(job.name)
                job.answer.result.withLock { $0 = result }
                return nil
            }, job.toOpaque())
        if code != 0 { job.release() }
        return code == 0
    }

    /// `EAI_NODATA`, which Glibc declares for its extensions alone: the name is known but has no address.
    private static let noData: Int32 = -5

    private static func ask(_ name: String) -> Result<[String], Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        defer { if list != nil { freeaddrinfo(list) } }
        switch code {
        case 0: break
        case EAI_NONAME, noData: return .failure(.notFound("no such host"))
        case EAI_AGAIN: return .failure(.notFound("server misbehaving"))
        default: return .failure(.notFound(String(cString: gai_strerror(code))))
        }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee {
            if let address = Self.address(entry), !found.contains(address) { found.append(address) }
            next = entry.ai_next
        }
        return found.isEmpty ? .failure(.notFound("no such host")) : .success(found)
    }

    private static func address(_ entry: addrinfo) -> String? {
        guard let address = entry.ai_addr else { return nil }
        switch entry.ai_family {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin_addr) { text(Array($0)) }
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                let zone = pointer.pointee.sin6_scope_id
                return withUnsafeBytes(of: pointer.pointee.sin6_addr) { text(Array($0)) } + (zone == 0 ? "" : "%\(interface(zone))")
            }
        default: return nil
        }
    }

    private static func interface(_ index: UInt32) -> String {
        var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        return if_indextoname(index, &name).map { String(cString: $0) } ?? String(index)
    }

    /// An address as Go writes it.
    private static func text(_ bytes: [UInt8]) -> String {
        // An IPv4 address in IPv6's clothes is shown as what it is.
        let isMapped = bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        let shown = isMapped ? Array(bytes[12...]) : bytes
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(shown.count == 4 ? AF_INET : AF_INET6, shown, &buffer, 64) != nil else { return "" }
        return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }
}
