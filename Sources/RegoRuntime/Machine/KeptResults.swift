import Glibc

/// The results that a machine keeps: of calls, for the evaluation under way, and of documents that base documents alone decide, for further
/// evaluations of the same ones.
@safe final class KeptResults {
    /// A call and its result.
    @safe struct Call: BitwiseCopyable {
        var function: Int32 = -1
        /// The evaluation and its `with` context; 0 for no call.
        var epoch: UInt32 = 0
        var arguments: (Value, Value, Value) = (.undefined, .undefined, .undefined)
        var result = Value.undefined
    }

    /// A document's result.
    struct Document: BitwiseCopyable {
        enum State: UInt8, BitwiseCopyable { case unknown, known, refused }

        var value = Value.undefined
        var state = State.unknown
    }

    private static let callPlaces = 128
    /// Bytes that documents may take from one evaluation to the next.
    private static let documentBytes = 1 << 20
    private static let depthLimit = 64
    /// What a function's account begins with: so many calls in vain are made good by few that are not.
    private static let credit: Int32 = 64
    private static let gain: Int32 = 4

    private let calls: UnsafeMutablePointer<Call>?
    private let documents: UnsafeMutablePointer<Document>?
    /// Of each function, what looking for its calls has brought; below 0 it is given up.
    private let accounts: UnsafeMutablePointer<Int32>?
    private let documentCount: Int
    private let documentArena: Arena?
    /// The base documents that `documents` come from.
    private var origin = Value.undefined

    init(_ program: Program) {
        var (keepsCalls, keepsDocuments) = (false, false)
        for index in 0..<program.functionCount {
            switch unsafe program.functions[index].keeping {
            case .nothing: break
            case .forArguments: keepsCalls = true
            case .forData: keepsDocuments = true
            }
        }
        unsafe calls = keepsCalls ? .allocate(capacity: Self.callPlaces) : nil
        unsafe calls?.initialize(repeating: Call(), count: Self.callPlaces)
        unsafe accounts = keepsCalls ? .allocate(capacity: program.functionCount) : nil
        unsafe accounts?.initialize(repeating: Self.credit, count: program.functionCount)
        documentCount = keepsDocuments ? program.memoCount : 0
        unsafe documents = keepsDocuments ? .allocate(capacity: documentCount) : nil
        unsafe documents?.initialize(repeating: Document(), count: documentCount)
        documentArena = keepsDocuments ? Arena(chunkSize: 4096, byteLimit: Self.documentBytes) : nil
    }

    deinit {
        unsafe calls?.deallocate()
        unsafe accounts?.deallocate()
        unsafe documents?.deallocate()
        documentArena?.destroy()
    }

    /// Forgets all calls: their epochs may come again.
    func forgetCalls() { unsafe calls?.update(repeating: Call(), count: Self.callPlaces) }

    /// Whether documents are kept from now on.
    var keepsDocuments = true {
        didSet { forgetDocuments() }
    }

    private func forgetDocuments() {
        guard origin.isDefined else { return }
        origin = .undefined
        unsafe documents?.update(repeating: Document(), count: documentCount)
        documentArena?.reset()
    }

    // MARK: Calls

    /// Where a call is kept, if it is.
    @inline(__always)
    private static func place(_ function: Int32, _ arguments: UnsafeMutablePointer<Value>, _ count: Int) -> Int {
        var hash = UInt64(truncatingIfNeeded: function)
        for index in 0..<count {
            hash = unsafe (hash ^ arguments[index].w1 ^ arguments[index].w0) &* 0x9E37_79B9_7F4A_7C15
        }
        return Int(truncatingIfNeeded: hash >> 50) & (callPlaces - 1)
    }

    @inline(__always)
    private static func isSame(_ a: Value, _ b: Value) -> Bool { a.w0 == b.w0 && a.w1 == b.w1 }

    /// The result of a call with the very same values; a builder, which no result is, if it is not known.
    func result(of function: Int32, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, epoch: UInt32) -> Value {
        let unknown = Value(tag: .builder)
        guard let calls = unsafe calls, let accounts = unsafe accounts, unsafe accounts[Int(function)] >= 0 else { return unknown }
        let call = unsafe calls + Self.place(function, arguments, count)
        unsafe accounts[Int(function)] -= 1
        guard unsafe call.pointee.function == function, unsafe call.pointee.epoch == epoch,
            unsafe Self.isSame(call.pointee.arguments.0, arguments[0]),
            unsafe count < 2 || Self.isSame(call.pointee.arguments.1, arguments[1]),
            unsafe count < 3 || Self.isSame(call.pointee.arguments.2, arguments[2])
        else { return unknown }
        unsafe accounts[Int(function)] = unsafe min(accounts[Int(function)] + Self.gain, Self.credit)
        return unsafe call.pointee.result
    }

    func keep(_ result: Value, of function: Int32, _ arguments: UnsafeMutablePointer<Value>, _ count: Int, epoch: UInt32) {
        guard let calls = unsafe calls, let accounts = unsafe accounts, unsafe accounts[Int(function)] >= 0 else { return }
        let call = unsafe calls + Self.place(function, arguments, count)
        unsafe call.pointee.function = function
        unsafe call.pointee.epoch = epoch
        unsafe call.pointee.arguments.0 = unsafe arguments[0]
        if count > 1 { unsafe call.pointee.arguments.1 = unsafe arguments[1] }
        if count > 2 { unsafe call.pointee.arguments.2 = unsafe arguments[2] }
        unsafe call.pointee.result = result
    }

    // MARK: Documents

    /// The result of the document of a memo over these base documents; a builder, which no result is, if it is not known.
    func document(_ memo: Int32, of data: Value) -> Value {
        guard let documents = unsafe documents, Self.isSame(origin, data), unsafe documents[Int(memo)].state == .known else {
            return Value(tag: .builder)
        }
        return unsafe documents[Int(memo)].value
    }

    /// Keeps a document's result, if it is not too large.
    ///
    /// - Parameter arena: the evaluation's memory; what lies elsewhere stays where it is.
    func keep(_ result: Value, ofDocument memo: Int32, of data: Value, in arena: Arena) {
        guard keepsDocuments, let documents = unsafe documents, let documentArena else { return }
        if !Self.isSame(origin, data) {
            forgetDocuments()
            origin = data
        }
        guard unsafe documents[Int(memo)].state == .unknown else { return }
        let copy = Self.copy(result, from: arena, to: documentArena, depth: 0)
        unsafe documents[Int(memo)] = Document(value: copy ?? .undefined, state: copy == nil ? .refused : .known)
    }

    /// A value without anything that lies in an arena; `nil` if that is too much.
    private static func copy(_ value: Value, from source: Arena, to target: Arena, depth: Int) -> Value? {
        guard value.tag.rawValue >= Value.Tag.bigNumber.rawValue, unsafe source.contains(value.address)
        else { return value }
        guard depth < depthLimit else { return nil }
        switch value.tag {
        case .string:
            guard target.canAllocate(value.length) else { return nil }
            return unsafe .string(value.utf8, in: target)
        case .bigNumber:
            let copy = value.deepCopy(into: target)
            return target.isExhausted ? nil : copy
        case .array:
            let count = value.length
            guard target.canAllocate(count &* 16) else { return nil }
            let elements = unsafe target.allocateValues(count)
            for position in 0..<count {
                let element = unsafe value.elementPointer[position]
                guard let copy = copy(element, from: source, to: target, depth: depth + 1) else { return nil }
                unsafe elements[position] = copy
            }
            return unsafe .array(elements, count: count)
        default:
            return copyTable(value, from: source, to: target, depth: depth)
        }
    }

    private static func copyTable(_ value: Value, from source: Arena, to target: Arena, depth: Int) -> Value? {
        let original = unsafe value.table
        let (count, isSet) = (value.length, value.tag == .set)
        let bytes = unsafe TableHeader.bytes(count: count, isSet: isSet, mask: original.pointee.mask)
        guard target.canAllocate(bytes) else { return nil }
        let memory = unsafe target.allocate(bytes: bytes)
        // The entries stay in their places, so the index is theirs, too.
        unsafe memcpy(memory, original, bytes)
        let table = unsafe memory.bindMemory(to: TableHeader.self, capacity: 1)
        for position in 0..<(isSet ? count : 2 * count) {
            guard let part = unsafe copy(table.keys[position], from: source, to: target, depth: depth + 1) else { return nil }
            unsafe table.keys[position] = part
        }
        return unsafe Value(table: table)
    }
}

extension Value {
    /// Where the value points to.
    fileprivate var address: UnsafeRawPointer? { unsafe UnsafeRawPointer(bitPattern: UInt(w1)) }
}

extension Machine {
    /// What is known of a call's result, a builder if nothing is.
    @inline(never)
    func recall(
        _ call: UnsafeMutablePointer<Instruction>, _ function: UnsafeMutablePointer<FunctionCode>, _ arguments: UnsafeMutablePointer<Value>,
        epoch: UInt32
    ) -> Value {
        if unsafe function.pointee.keeping == .forArguments {
            return unsafe keptResults.result(of: call.pointee.d, arguments, Int(call.pointee.c), epoch: epoch)
        }
        let value = unsafe keptResults.document(function.pointee.memo, of: state.pointee.data)
        if value.tag != .builder { unsafe memos[Int(function.pointee.memo)] = Memo(value: value, epoch: epoch) }
        return value
    }

    /// Keeps the result of a call that ends.
    @inline(never)
    func keep(_ result: Value, of frame: UnsafeMutablePointer<CallFrame>, arguments: UnsafeMutablePointer<Value>) {
        let call = unsafe frame.pointee.call
        let function = unsafe program.functions + Int(call.pointee.d)
        let memo = unsafe function.pointee.memo
        if memo >= 0 { unsafe memos[Int(memo)] = unsafe Memo(value: result, epoch: frame.pointee.epoch) }
        // An error that only made something undefined may be reported, or end another evaluation.
        guard unsafe !state.pointee.hasTolerated else { return }
        if memo < 0 {
            unsafe keptResults.keep(result, of: call.pointee.d, arguments, Int(call.pointee.c), epoch: frame.pointee.epoch)
        } else if unsafe state.pointee.data.w0 == state.pointee.snapshot.w0, unsafe state.pointee.data.w1 == state.pointee.snapshot.w1,
            mayOutliveEvaluation
        {
            unsafe keptResults.keep(result, ofDocument: memo, of: state.pointee.data, in: arena)
        }
    }

    /// Whether what is known in an iteration may be used where calls have failed: not if somebody takes note of each failure.
    var mayKnowResults: Bool { @inline(never) get { context.tolerated == nil } }

    /// Whether what has been found would be found again: the time is another one in each evaluation, and what one finds that is about to be
    /// ended may be wrong.
    private var mayOutliveEvaluation: Bool {
        unsafe !context.hasTime && watch.pointee.reason == .none && !arena.isExhausted && !context.isInterrupted
    }
}
