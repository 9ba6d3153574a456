import Glibc
import Synchronization

/// A web server on this machine's loopback (or a Unix domain socket) whose answers are a closure; it ends with its last reference.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// With the query.
        var target: String
        /// By lower-case name.
        var headers: [String: String]
        var body: String
    }

    struct Response: Sendable {
        var status = "200 OK"
        var headers: [String] = []
        var body: [UInt8] = []
        /// Seconds before anything is sent.
        var delay = 0.0
        /// Sends the head, and the body only after the delay.
        var delaysBody = false

        static func text(_ body: String, _ headers: String..., status: String = "200 OK") -> Response {
            Response(status: status, headers: headers, body: Array(body.utf8))
        }

        static func json(_ body: String, _ headers: String...) -> Response {
            Response(headers: ["Content-Type: application/json"] + headers, body: Array(body.utf8))
        }
    }

    struct Failure: Error {
        var step: String
    }

    private let descriptor: Int32
    private let socketPath: String?
    private let answer: @Sendable (Request) -> Response
    private let seen = Mutex<[Request]>([])
    let port: Int

    /// The requests that came, in order.
    var requests: [Request] { seen.withLock { $0 } }

    var url: String { "http://127.0.0.1:\(port)" }

    /// An address that no other server of this process has: ports are given out again, and what a cache keeps of one server is no other's.
    let ownURL: String

    private static let serial = Counter()

    init(socketPath: String? = nil, _ answer: @escaping @Sendable (Request) -> Response) throws {
        self.answer = answer
        self.socketPath = socketPath
        descriptor = socket(socketPath == nil ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(step: "socket") }
        if let socketPath {
            port = 0
            try Self.bind(descriptor, path: socketPath)
        } else {
            port = try Self.bindLoopback(descriptor)
        }
        ownURL = "http://127.0.0.1:\(port)/\(Self.serial.next())"
        guard listen(descriptor, 16) == 0 else { throw Failure(step: "listen") }
        let box = Unmanaged.passRetained(Serving(descriptor: descriptor) { [weak self] in self?.serve($0) })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Serving>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard code == 0 else { throw Failure(step: "thread") }
        pthread_detach(thread)
    }

    deinit {
        // Ends the thread's wait. The thread closes the descriptor: were it closed here, the thread could wait on the next one of its number.
        shutdown(descriptor, Int32(SHUT_RDWR))
        if let socketPath { unlink(socketPath) }
    }

    private final class Serving {
        let descriptor: Int32
        let serve: (Int32) -> Void

        init(descriptor: Int32, serve: @escaping (Int32) -> Void) {
            self.descriptor = descriptor
            self.serve = serve
        }

        func run() {
            defer { close(descriptor) }
            while true {
                let connection = accept(descriptor, nil, nil)
                if connection < 0 {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    return
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                serve(connection)
                close(connection)
            }
        }
    }

    private static func bindLoopback(_ descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw Failure(step: "bind") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func bind(_ descriptor: Int32, path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(100)) }
        unlink(path)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound else { throw Failure(step: "bind") }
    }

    private func serve(_ connection: Int32) {
        guard let request = Self.read(connection) else { return }
        seen.withLock { $0.append(request) }
        let response = answer(request)
        if response.delay > 0, !response.delaysBody { usleep(UInt32(response.delay * 1e6)) }
        var head = "HTTP/1.1 \(response.status)\r\nConnection: close\r\n"
        if !response.headers.contains(where: { $0.lowercased().hasPrefix("content-length:") }) {
            head += "Content-Length: \(response.body.count)\r\n"
        }
        head += response.headers.map { $0 + "\r\n" }.joined() + "\r\n"
        guard Self.write(connection, Array(head.utf8)) else { return }
        if response.delay > 0, response.delaysBody { usleep(UInt32(response.delay * 1e6)) }
        _ = Self.write(connection, response.body)
    }

    private static func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        var headEnd: Int?
        var request = Request(method: "", target: "", headers: [:], body: "")
        while true {
            if headEnd == nil, let end = self.headEnd(bytes) {
                headEnd = end
                let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
                let words = lines.first?.split(separator: " ") ?? []
                guard words.count == 3 else { return nil }
                request.method = String(words[0])
                request.target = String(words[1])
                for line in lines.dropFirst() {
                    guard let colon = line.firstIndex(of: ":") else { continue }
                    let value = line[line.index(after: colon)...].drop { $0 == " " }
                    request.headers[line[..<colon].lowercased()] = String(value)
                }
            }
            if let headEnd, bytes.count >= headEnd + (request.headers["content-length"].flatMap { Int($0) } ?? 0) {
                request.body = String(decoding: bytes[headEnd...], as: UTF8.self)
                return request
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            if count <= 0 { return nil }
            // A client that speaks TLS: it is answered in plain text.
            if bytes.isEmpty, buffer[0] == 0x16 { return request }
            bytes += buffer[..<count]
        }
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4) where bytes[index..<(index + 4)].elementsEqual([13, 10, 13, 10]) { return index + 4 }
        return nil
    }
}
