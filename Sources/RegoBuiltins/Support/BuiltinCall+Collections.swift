@_spi(Engine) import RegoRuntime

extension Value {
    /// The elements of an array or, in order, the members of a set; `nil` for anything else.
    var sequence: UnsafeBufferPointer<Value>? {
        switch tag {
        case .array: elements
        case .set: UnsafeBufferPointer(start: sortedKeys, count: length)
        default: nil
        }
    }

    var isCollection: Bool { tag == .array || tag == .object || tag == .set }

    /// The bytes of a string as an array.
    var byteArray: [UInt8] { Array(utf8) }
}

extension BuiltinCall {
    /// The elements of an array or set; fails the call for anything else.
    func sequence(_ index: Int) -> UnsafeBufferPointer<Value>? {
        if let found = self[index].sequence { return found }
        failType(index, "set", "array")
        return nil
    }

    /// Fails because the result does not fit the memory that the evaluation may use; `true` when it did.
    func failIfTooLarge(_ bytes: Int) -> Bool {
        if bytes >= 0, arena.canAllocate(bytes) { return false }
        fail(.limit, "the result does not fit the memory limit")
        return true
    }

    /// Bytes of a text that are searched without a look at the evaluation's time.
    static var uninterruptedLength: Int { 1024 }

    /// What ends searches in a text that is long enough for them to take long; `nil` where nothing may.
    func interruption(for text: Value) -> (() -> Bool)? {
        guard text.length > Self.uninterruptedLength, context.deadline != 0 || context.cancellation != nil else { return nil }
        let context = context
        return { context.isInterrupted }
    }

    func returnEmptyString() { self.return(.string(UnsafeBufferPointer(start: nil, count: 0), in: arena)) }

    /// Ends with bytes as a string; what is not UTF-8 becomes U+FFFD.
    func `return`(bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { buffer in
            if UTF8Text.isValid(buffer) {
                self.return(.string(buffer, in: arena))
            } else {
                self.return(String(decoding: buffer, as: UTF8.self))
            }
        }
    }
}
