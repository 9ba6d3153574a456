import Glibc
import Rego
import RegoRuntime

/// What `opa.runtime` tells a policy of this process: its environment and its version.
enum ProcessRuntime {
    static var value: RegoValue {
        var variables: [RegoValue: RegoValue] = [:]
        var next = environ
        while let text = next.pointee {
            let entry = String(cString: text)
            if let mark = entry.utf8.firstIndex(of: UInt8(ascii: "=")) {
                variables[.string(String(entry[..<mark]))] = .string(String(entry[entry.utf8.index(after: mark)...]))
            }
            next += 1
        }
        return ["env": .object(variables), "version": .string(WardVersion.current), "commit": ""]
    }
}
