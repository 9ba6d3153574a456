import Glibc

/// The environment that the process was started with.
package enum ProcessEnvironment {
    /// The value of a variable; `nil` without one.
    package static subscript(name: String) -> String? {
        guard !name.isEmpty, !name.utf8.contains(0), let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The variables whose names begin with a text, in the environment's order.
    package static func variables(beginningWith prefix: String = "") -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            if unsafe strncmp(entry, prefix, prefix.utf8.count) == 0 {
                let text = unsafe String(cString: entry)
                if let mark = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                    found.append((String(text[..<mark]), String(text[text.utf8.index(after: mark)...])))
                }
            }
            unsafe next += 1
        }
        return found
    }
}
