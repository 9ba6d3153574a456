import Glibc

/// A web server with TLS: Python's, in a child process that ends with this object. Its certificates are made for it by `openssl`.
final class SecureServer {
    struct Failure: Error {
        var step: String
    }

    let folder: String
    let port: Int
    private let process: pid_t

    /// The authority that the server's certificate is signed by, as PEM.
    var authority: String { folder + "/authority.pem" }

    /// - Parameter asksForClients: refuses clients without a certificate of the authority.
    init(asksForClients: Bool = false) throws {
        var template = Array("/tmp/ward-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(step: "mkdtemp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let script = """
            cd "\(folder)"
            {
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=authority \
                -addext keyUsage=critical,keyCertSign -keyout authority.key -out authority.pem
            for name in server client; do
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$name -keyout $name.key -out $name.csr
                printf 'subjectAltName=DNS:good.example,IP:127.0.0.1\\n' > names
                openssl x509 -req -in $name.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 30 -extfile names -out $name.pem
            done
            } > log 2>&1
            """
        guard Self.wait(for: try Self.spawn(["/bin/sh", "-c", script], output: nil)) == 0 else { throw Failure(step: "openssl") }
        let server = """
            import http.server, ssl, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    subject = (self.connection.getpeercert() or {}).get("subject", ())
                    body = (self.headers["Host"] + " " + "".join(v for part in subject for _, v in part)).encode()
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *_): pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("\(folder)/server.pem", "\(folder)/server.key")
            if \(asksForClients ? "True" : "False"):
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations("\(folder)/authority.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
            print(server.server_address[1], flush=True)
            server.serve_forever()
            """
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(step: "pipe") }
        defer { close(ends[0]) }
        process = try Self.spawn(["/usr/bin/env", "python3", "-c", server], output: ends[1])
        close(ends[1])
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while read(ends[0], &byte, 1) == 1, byte != 0x0A { text.append(byte) }
        guard let number = Int(String(decoding: text, as: UTF8.self)) else {
            kill(process, SIGKILL)
            _ = Self.wait(for: process)
            throw Failure(step: "python3")
        }
        port = number
    }

    deinit {
        kill(process, SIGKILL)
        _ = Self.wait(for: process)
        _ = try? Self.wait(for: Self.spawn(["/bin/rm", "-rf", folder], output: nil))
    }

    private static func spawn(_ arguments: [String], output: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
        var pointers = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var process = pid_t()
        guard posix_spawn(&process, arguments[0], &actions, nil, pointers, environ) == 0 else { throw Failure(step: arguments[0]) }
        return process
    }

    private static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
