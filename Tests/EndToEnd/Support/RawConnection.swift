import Glibc

/// A TCP connection to a server on this machine, byte by byte: for requests that arrive in parts.
final class RawConnection {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard code == 0 else { throw Command.Failure(description: "cannot connect to port \(port)") }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// Sends a text that fits the socket's buffer.
    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Command.Failure(description: "the server has closed the connection")
        }
    }

    /// Everything up to the end of the connection, or to the end of the wait.
    func readAll(within limit: Duration = .seconds(20)) async throws -> String {
        let deadline = ContinuousClock.now + limit
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while ContinuousClock.now < deadline {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { break }
            if count > 0 {
                text += buffer[..<count]
            } else if errno == EAGAIN {
                try await Task.sleep(for: .milliseconds(5))
            } else {
                break
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
