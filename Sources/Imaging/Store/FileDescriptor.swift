import CImaging
import Glibc

/// A descriptor that is closed with its last owner.
final class FileDescriptor: Sendable {
    let number: Int32

    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        ward_close(number)
    }

    /// What the kernel says about the file now.
    func facts() throws(ImageError) -> ward_file_facts {
        var facts = ward_file_facts()
        let status = ward_get_file_facts(number, &facts)
        guard status == 0 else {
            throw ImageError(.inputOutput, "the opened file's facts cannot be read: \(Self.text(ofErrno: -status))")
        }
        return facts
    }

    /// Reads `count` bytes at `offset`, fewer only at the end of the file.
    func read(count: Int, at offset: Int) throws(ImageError) -> [UInt8] {
        var problem: ImageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let done = ward_read_at(
                    number, buffer.baseAddress?.advanced(by: initialized), count - initialized, Int64(offset + initialized))
                if done < 0 {
                    problem = ImageError(
                        .inputOutput, "reading at offset \(offset + initialized) failed: \(Self.text(ofErrno: Int32(-done)))")
                    return
                }
                if done == 0 { return }
                initialized += done
            }
        }
        if let problem { throw problem }
        return bytes
    }

    /// The operating system's words for an error number.
    static func text(ofErrno number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}
