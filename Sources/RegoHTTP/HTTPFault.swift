/// Why a request has no answer, in OPA's words.
enum HTTPFault: Error {
    /// The request is not well formed (`eval_type_error`).
    case operand(String)
    /// Nothing could be sent (`eval_builtin_error`); `raise_error: false` tells code and place with the message.
    case request(String)
    /// The same, told without code and place.
    case plain(String)
    /// The network or the other side failed.
    case network(NetworkFault)
    /// The evaluation was cancelled, or its time is up.
    case interrupted
}

/// What Go's `url.Error` tells.
struct NetworkFault: Error {
    /// The method as Go shows it, `Get`.
    var operation: String
    /// Without the password.
    var url: String
    var problem: String
    var isTimeout = false

    var message: String { "\(operation) \(HTTPText.quoted(url)): \(problem)" }

    /// What a policy's author sees of a time-out, so that it is not taken for the evaluation's.
    var raisedMessage: String { isTimeout ? "\(operation) \(url): request timed out" : message }
}

/// Small texts of HTTP.
enum HTTPText {
    /// Text in quotes, as Go's `%q` writes what has no control characters.
    static func quoted(_ text: String) -> String {
        var result: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): result += Array("\\n".utf8)
            case UInt8(ascii: "\r"): result += Array("\\r".utf8)
            case UInt8(ascii: "\t"): result += Array("\\t".utf8)
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                result += Array("\\x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: result.append(byte)
            }
        }
        result.append(UInt8(ascii: "\""))
        return String(decoding: result, as: UTF8.self)
    }

    /// The text without quotes at its ends, which OPA takes off all text parameters.
    static func trimmingQuotes(_ text: String) -> String {
        let quote = UInt8(ascii: "\"")
        guard text.utf8.first == quote || text.utf8.last == quote else { return text }
        var bytes = Array(text.utf8)[...]
        while bytes.first == quote { bytes.removeFirst() }
        while bytes.last == quote { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The reason that goes with a status where the other side sends none (HTTP/2).
    static func reason(_ status: Int) -> String {
        let reasons: [Int: String] = [
            100: "Continue", 101: "Switching Protocols", 102: "Processing", 103: "Early Hints", 200: "OK", 201: "Created",
            202: "Accepted", 203: "Non-Authoritative Information", 204: "No Content", 205: "Reset Content", 206: "Partial Content",
            207: "Multi-Status", 208: "Already Reported", 226: "IM Used", 300: "Multiple Choices", 301: "Moved Permanently",
            302: "Found", 303: "See Other", 304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect",
            308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
            404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required",
            408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
            413: "Request Entity Too Large", 414: "Request URI Too Long", 415: "Unsupported Media Type",
            416: "Requested Range Not Satisfiable", 417: "Expectation Failed", 418: "I'm a teapot", 421: "Misdirected Request",
            422: "Unprocessable Entity", 423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required",
            428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
            451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
            503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported", 506: "Variant Also Negotiates",
            507: "Insufficient Storage", 508: "Loop Detected", 510: "Not Extended", 511: "Network Authentication Required",
        ]
        return reasons[status] ?? ""
    }
}
