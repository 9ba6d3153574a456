import Glibc

/// Inputs that once did harm, in `Tests/Fuzz/inputs/<mode>/`.
package enum KeptInputs {
    /// Those of a mode, by name.
    package static func all(of mode: FuzzMode, in folder: String) -> [(name: String, bytes: [UInt8])] {
        let path = "\(folder)/\(mode.name)"
        return names(in: path).map { ($0, contents(of: "\(path)/\($0)")) }
    }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// A file's bytes; none if it cannot be read.
    package static func contents(of path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
