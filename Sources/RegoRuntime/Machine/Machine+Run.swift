extension Machine {
    /// Runs a query's function; its value, or undefined with `failure` set or not.
    ///
    /// The loop's state lives in locals; nothing in it touches a reference count or the heap.
    func run(_ query: FunctionID) -> Value {
        let code = unsafe program.code
        let constants = unsafe program.constants
        let functions = unsafe program.functions
        let state = unsafe self.state
        let memos = unsafe self.memos
        let windowsEnd = unsafe registers + Self.registerCapacity
        var window = unsafe registers
        var size = unsafe functions[Int(query.index)].registerCount
        var pc = unsafe code + Int(functions[Int(query.index)].entry)
        var depth = 0
        var quantum = firstQuantum()

        while true {
            switch unsafe pc.pointee.opcode {
            // Control
            case .jump:
                unsafe pc = unsafe code + Int(pc.pointee.t)
                continue
            case .return:
                let result = unsafe window[Int(pc.pointee.a)]
                if depth == 0 { return result }
                depth -= 1
                let frame = unsafe state.pointee.frames + depth
                if unsafe frame.pointee.memo >= 0 {
                    unsafe memos[Int(frame.pointee.memo)] = unsafe Memo(value: result, epoch: frame.pointee.epoch)
                } else if unsafe frame.pointee.memo != -1 {
                    unsafe keep(result, of: frame, arguments: window)
                }
                unsafe window = unsafe frame.pointee.window
                size = unsafe frame.pointee.registerCount
                unsafe pc = unsafe frame.pointee.call
                unsafe window[Int(pc.pointee.a)] = result
                unsafe pc = unsafe result.isUndefined ? code + Int(pc.pointee.t) : pc + 1
                continue
            case .testTruthy:
                if unsafe !window[Int(pc.pointee.a)].isTruthy {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .jumpIfDefined:
                if unsafe window[Int(pc.pointee.a)].isDefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            case .forget:
                unsafe window[Int(pc.pointee.a)] = Value(tag: .builder)
            case .recall:
                let value = unsafe window[Int(pc.pointee.a)]
                if value.tag != .builder, unsafe !state.pointee.hasTolerated || mayKnowResults {
                    unsafe pc = unsafe code + Int(value.isUndefined ? pc.pointee.t : pc.pointee.d)
                    continue
                }

            // Loads
            case .loadConstant:
                unsafe window[Int(pc.pointee.a)] = unsafe constants[Int(pc.pointee.d)]
            case .move:
                unsafe window[Int(pc.pointee.a)] = unsafe window[Int(pc.pointee.b)]
            case .setUndefined:
                unsafe window[Int(pc.pointee.a)] = .undefined
            case .loadInput:
                let value = unsafe state.pointee.input
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .loadData:
                let value = unsafe state.pointee.data
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            // References
            case .get:
                let value = unsafe window[Int(pc.pointee.b)].dereference(window[Int(pc.pointee.c)])
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .getConstant:
                let (base, key) = unsafe (window[Int(pc.pointee.b)], constants[Int(pc.pointee.d)])
                let value = key.isString && base.tag == .object ? base.lookup(string: key) : base.dereference(key)
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .getPath:
                let value = unsafe follow(constants[Int(pc.pointee.d)], from: window[Int(pc.pointee.b)])
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .getInputPath:
                let value = unsafe follow(constants[Int(pc.pointee.d)], from: state.pointee.input)
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .getDataPath:
                let value = unsafe followData(constants[Int(pc.pointee.d)])
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            // Tests
            case .equal:
                if unsafe !Value.equal(window[Int(pc.pointee.a)], window[Int(pc.pointee.b)]) {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .equalConstant:
                if unsafe !Value.equal(window[Int(pc.pointee.a)], constants[Int(pc.pointee.d)]) {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .compare:
                if unsafe !holds(pc.pointee.x, window[Int(pc.pointee.a)], window[Int(pc.pointee.b)]) {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .compareConstant:
                if unsafe !holds(pc.pointee.x, window[Int(pc.pointee.a)], constants[Int(pc.pointee.d)]) {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .compareValue:
                unsafe window[Int(pc.pointee.a)] = unsafe .boolean(
                    holds(pc.pointee.x, window[Int(pc.pointee.b)], window[Int(pc.pointee.c)]))
            case .member:
                if unsafe !isMember(window[Int(pc.pointee.a)], of: window[Int(pc.pointee.b)]) {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .memberValue:
                unsafe window[Int(pc.pointee.a)] = unsafe .boolean(isMember(window[Int(pc.pointee.b)], of: window[Int(pc.pointee.c)]))
            case .testArray:
                let value = unsafe window[Int(pc.pointee.a)]
                if unsafe value.tag != .array || value.length != Int(pc.pointee.d) {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .testObject:
                let value = unsafe window[Int(pc.pointee.a)]
                if unsafe value.tag != .object || value.length != Int(pc.pointee.d) {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
            case .element:
                unsafe window[Int(pc.pointee.a)] = unsafe window[Int(pc.pointee.b)].elementPointer[Int(pc.pointee.d)]
            case .arithmetic:
                let operands = unsafe window + Int(pc.pointee.b)
                var value = unsafe Self.compute(pc.pointee.x, operands[0], operands[1])
                if value.isUndefined {
                    value = unsafe callBuiltin(Int(pc.pointee.d), arguments: operands, count: 2, at: pc)
                    if unsafe state.pointee.hasFailed { return .undefined }
                }
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            // Iteration
            case .iterate:
                let collection = unsafe window[Int(pc.pointee.b)]
                guard collection.tag.rawValue >= Value.Tag.array.rawValue else {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
                guard collection.length != 0 else {
                    unsafe pc = unsafe code + Int(pc.pointee.d)
                    continue
                }
                unsafe openCursor(window + Int(pc.pointee.a), over: collection)
                unsafe loadEntry(window + Int(pc.pointee.a), into: window + Int(pc.pointee.c))
            case .next:
                quantum -= 1
                if quantum == 0 {
                    quantum = unsafe nextQuantum(at: pc)
                    if quantum == 0 { return .undefined }
                }
                let cursor = unsafe window + Int(pc.pointee.a)
                unsafe cursor[0].w0 &+= 16
                if unsafe cursor[0].w0 != cursor[0].w1 {
                    unsafe loadEntry(cursor, into: window + Int(pc.pointee.c))
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            case .iterateMatching:
                let collection = unsafe window[Int(pc.pointee.b)]
                guard collection.tag.rawValue >= Value.Tag.array.rawValue else {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
                let cursor = unsafe window + Int(pc.pointee.a)
                let seen = unsafe openMatching(cursor, over: collection, pc)
                quantum -= abs(seen)
                if quantum <= 0 {
                    quantum = unsafe nextQuantum(owing: -quantum, at: pc)
                    if quantum == 0 { return .undefined }
                }
                if seen <= 0 {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
                unsafe loadMatch(cursor, into: window + Int(pc.pointee.c))
            case .nextMatching:
                let cursor = unsafe window + Int(pc.pointee.a)
                let seen = unsafe advanceMatching(cursor, pc)
                quantum -= abs(seen)
                if quantum <= 0 {
                    quantum = unsafe nextQuantum(owing: -quantum, at: pc)
                    if quantum == 0 { return .undefined }
                }
                if seen > 0 {
                    unsafe loadMatch(cursor, into: window + Int(pc.pointee.c))
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            // Construction
            case .makeArray:
                unsafe window[Int(pc.pointee.a)] = unsafe makeArray(window + Int(pc.pointee.b), count: Int(pc.pointee.c))
            case .makeSet:
                unsafe window[Int(pc.pointee.a)] = unsafe makeSet(window + Int(pc.pointee.b), count: Int(pc.pointee.c))
            case .makeObject:
                unsafe window[Int(pc.pointee.a)] = unsafe makeObject(window + Int(pc.pointee.b), count: Int(pc.pointee.c))
            case .makeObjectWithKeys:
                unsafe window[Int(pc.pointee.a)] = unsafe makeObject(
                    withKeys: constants[Int(pc.pointee.d)], window + Int(pc.pointee.b), count: Int(pc.pointee.c))
            case .newArray:
                unsafe window[Int(pc.pointee.a)] = ArrayBuilder(in: arena).value
            case .newSet:
                unsafe window[Int(pc.pointee.a)] = SetBuilder(in: arena).value
            case .newObject:
                unsafe window[Int(pc.pointee.a)] = ObjectBuilder(in: arena).value
            case .append:
                unsafe ArrayBuilder(window[Int(pc.pointee.a)]).append(window[Int(pc.pointee.b)])
            case .insert:
                unsafe SetBuilder(window[Int(pc.pointee.a)]).insert(window[Int(pc.pointee.b)])
            case .put:
                if unsafe ObjectBuilder(window[Int(pc.pointee.a)]).put(window[Int(pc.pointee.b)], window[Int(pc.pointee.c)]) == .conflict,
                    unsafe pc.pointee.x == 0
                {
                    unsafe failForConflict(2, at: pc)
                    return .undefined
                }
            case .putPath:
                let isPlaced = unsafe putPath(
                    window[Int(pc.pointee.a)], keys: window + Int(pc.pointee.b), count: Int(pc.pointee.c),
                    value: window[Int(pc.pointee.d)], mode: pc.pointee.x)
                if !isPlaced {
                    unsafe failForConflict(2, at: pc)
                    return .undefined
                }
            case .mergeBelow:
                unsafe mergeBelow(window[Int(pc.pointee.a)], window[Int(pc.pointee.b)])
                if arena.isExhausted { return unsafe failForMemory(at: pc) }
            case .finish:
                let builder = unsafe window[Int(pc.pointee.b)]
                unsafe window[Int(pc.pointee.a)] =
                    switch unsafe pc.pointee.x {
                    case 0: ArrayBuilder(builder).finish()
                    case 1: ObjectBuilder(builder).finish()
                    default: finishNested(builder)
                    }

            // Calls
            case .callRule, .callFunction:
                let function = unsafe functions + Int(pc.pointee.d)
                var epoch = unsafe state.pointee.epoch
                if unsafe state.pointee.change != nil { epoch = unsafe self.epoch(of: function) }
                if unsafe function.pointee.memo >= 0 {
                    let memo = unsafe memos + Int(function.pointee.memo)
                    if unsafe memo.pointee.epoch == epoch {
                        let value = unsafe memo.pointee.value
                        unsafe window[Int(pc.pointee.a)] = value
                        unsafe pc = unsafe value.isUndefined ? code + Int(pc.pointee.t) : pc + 1
                        continue
                    }
                }
                var memo = unsafe function.pointee.memo
                if unsafe function.pointee.keeping != .nothing {
                    let value = unsafe recall(pc, function, window + Int(pc.pointee.b), epoch: epoch)
                    if value.tag != .builder {
                        unsafe window[Int(pc.pointee.a)] = value
                        unsafe pc = unsafe value.isUndefined ? code + Int(pc.pointee.t) : pc + 1
                        continue
                    }
                    memo = -2
                }
                quantum -= 1
                if quantum == 0 {
                    quantum = unsafe nextQuantum(at: pc)
                    if quantum == 0 { return .undefined }
                }
                if unsafe depth == state.pointee.frameLimit, unsafe !growFrames(at: pc) { return .undefined }
                let callee = unsafe window + Int(size)
                if unsafe callee + Int(function.pointee.registerCount) > windowsEnd {
                    unsafe fail(
                        .depthLimit, "evaluation stopped: calls under way need more than \(Self.registerCapacity) registers", at: unsafe pc)
                    return .undefined
                }
                unsafe (state.pointee.frames + depth).initialize(
                    to: CallFrame(call: pc, window: window, registerCount: size, memo: memo, epoch: epoch))
                depth += 1
                let arguments = unsafe window + Int(pc.pointee.b)
                for index in unsafe 0..<Int(pc.pointee.c) { unsafe callee[index] = unsafe arguments[index] }
                unsafe window = unsafe callee
                size = unsafe function.pointee.registerCount
                unsafe pc = unsafe code + Int(function.pointee.entry)
                continue
            case .callBuiltin:
                quantum -= 1
                if quantum == 0 {
                    quantum = unsafe nextQuantum(at: pc)
                    if quantum == 0 { return .undefined }
                }
                let value = unsafe callBuiltin(Int(pc.pointee.d), arguments: window + Int(pc.pointee.b), count: Int(pc.pointee.c), at: pc)
                if unsafe state.pointee.hasFailed { return .undefined }
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            case .callDirect:
                quantum -= 1
                if quantum == 0 {
                    quantum = unsafe nextQuantum(at: pc)
                    if quantum == 0 { return .undefined }
                }
                let operands = unsafe window + Int(pc.pointee.b)
                var value = unsafe Self.direct(pc.pointee.x, operands)
                if value.isUndefined {
                    value = unsafe callBuiltin(Int(pc.pointee.d), arguments: operands, count: Int(pc.pointee.c), at: pc)
                    if unsafe state.pointee.hasFailed { return .undefined }
                }
                unsafe window[Int(pc.pointee.a)] = value
                if value.isUndefined {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }

            // Rules
            case .chooseRules:
                let rules = unsafe chooseRules(pc.pointee.d, window)
                if rules.count == 0 {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
                let start = unsafe UInt64(UInt(bitPattern: rules.start))
                unsafe window[Int(pc.pointee.a)] = Value(w0: start &+ 4, w1: start &+ UInt64(truncatingIfNeeded: rules.count) &* 4)
                unsafe pc = unsafe code + Int(rules.start.pointee)
                continue
            case .nextRule:
                let cursor = unsafe window + Int(pc.pointee.a)
                let address = unsafe cursor.pointee.w0
                if unsafe address == cursor.pointee.w1 {
                    unsafe pc = unsafe code + Int(pc.pointee.t)
                    continue
                }
                unsafe cursor.pointee.w0 = address &+ 4
                unsafe pc = unsafe code + Int(UnsafePointer<Int32>(bitPattern: UInt(address)).unsafelyUnwrapped.pointee)
                continue
            case .assignOnce:
                let value = unsafe window[Int(pc.pointee.b)]
                let present = unsafe window[Int(pc.pointee.a)]
                if present.isUndefined {
                    unsafe window[Int(pc.pointee.a)] = value
                } else if !Value.equal(present, value) {
                    unsafe failForConflict(pc.pointee.x, at: pc)
                    return .undefined
                }

            // with
            case .saveContext:
                let context = unsafe window + Int(pc.pointee.a)
                unsafe context[0] = unsafe state.pointee.input
                unsafe context[1] = unsafe state.pointee.data
                unsafe context[2] = contextMark()
            case .newEpoch:
                unsafe window[Int(pc.pointee.a) + 2] = unsafe newContextMark(pc)
            case .setContext:
                let context = unsafe window + Int(pc.pointee.a)
                unsafe state.pointee.input = unsafe context[0]
                unsafe state.pointee.data = unsafe context[1]
                unsafe state.pointee.epoch = unsafe UInt32(truncatingIfNeeded: context[2].w0)
                unsafe state.pointee.change = unsafe UnsafeMutablePointer(bitPattern: UInt(context[2].w1))
            case .replace:
                unsafe window[Int(pc.pointee.a)] = unsafe replace(
                    window[Int(pc.pointee.b)], by: constants[Int(pc.pointee.d)], window + Int(pc.pointee.c))
                if arena.isExhausted { return unsafe failForMemory(at: pc) }
            case .setGlobal:
                unsafe globals[Int(pc.pointee.d)] = unsafe window[Int(pc.pointee.a)]
            case .loadGlobal:
                unsafe window[Int(pc.pointee.a)] = unsafe globals[Int(pc.pointee.d)]

            // Observation
            case .trace:
                unsafe observe(pc, window)
                if unsafe state.pointee.hasFailed { return .undefined }
            }
            unsafe pc += 1
        }
    }

    // MARK: Cursors

    // A cursor is two registers: the address of the value at hand and of the end of the values; then what leads from a value to its key
    // (the distance to the key's address; the array's start for an array, whose keys are indices) and the kind of the collection.

    @inline(__always)
    private func openCursor(_ cursor: UnsafeMutablePointer<Value>, over collection: Value) {
        let count = UInt64(collection.length)
        switch collection.tag {
        case .array:
            let start = unsafe UInt64(UInt(bitPattern: collection.elementPointer))
            unsafe cursor[0] = Value(w0: start, w1: start &+ count &* 16)
            unsafe cursor[1] = Value(w0: start, w1: 1)
        case .object:
            let values = unsafe UInt64(UInt(bitPattern: collection.sortedValues))
            let keys = unsafe UInt64(UInt(bitPattern: collection.sortedKeys))
            unsafe cursor[0] = Value(w0: values, w1: values &+ count &* 16)
            unsafe cursor[1] = Value(w0: keys &- values, w1: 0)
        default:
            let members = unsafe UInt64(UInt(bitPattern: collection.sortedKeys))
            unsafe cursor[0] = Value(w0: members, w1: members &+ count &* 16)
            unsafe cursor[1] = Value(w0: 0, w1: 0)
        }
    }

    @inline(__always)
    private func loadEntry(_ cursor: UnsafeMutablePointer<Value>, into entry: UnsafeMutablePointer<Value>) {
        let address = unsafe cursor[0].w0
        let value = unsafe UnsafePointer<Value>(bitPattern: UInt(address)).unsafelyUnwrapped
        unsafe entry[1] = unsafe value.pointee
        if unsafe cursor[1].w1 == 1 {
            unsafe entry[0] = unsafe .integer(Int64(bitPattern: (address &- cursor[1].w0) >> 4))
        } else {
            unsafe entry[0] = unsafe UnsafePointer<Value>(bitPattern: UInt(address &+ cursor[1].w0)).unsafelyUnwrapped.pointee
        }
    }

    // MARK: Operators

    @inline(__always)
    func holds(_ relation: UInt8, _ left: Value, _ right: Value) -> Bool {
        if left.isInteger && right.isInteger {
            return Self.relates(relation, left.asInteger < right.asInteger ? -1 : left.asInteger == right.asInteger ? 0 : 1)
        }
        return holdsSlowly(relation, left, right)
    }

    @inline(never)
    private func holdsSlowly(_ relation: UInt8, _ left: Value, _ right: Value) -> Bool {
        switch relation {
        case Relation.equal.rawValue: Value.equal(left, right)
        case Relation.notEqual.rawValue: !Value.equal(left, right)
        default: Self.relates(relation, Value.compare(left, right))
        }
    }

    @inline(__always)
    private static func relates(_ relation: UInt8, _ order: Int) -> Bool {
        switch relation {
        case Relation.equal.rawValue: order == 0
        case Relation.notEqual.rawValue: order != 0
        case Relation.less.rawValue: order < 0
        case Relation.lessOrEqual.rawValue: order <= 0
        case Relation.greater.rawValue: order > 0
        default: order >= 0
        }
    }

    /// `member in collection`: an array's elements, a set's members, an object's values.
    @inline(never)
    private func isMember(_ member: Value, of collection: Value) -> Bool {
        switch collection.tag {
        case .set: return collection.contains(member)
        case .array:
            let elements = unsafe collection.elementPointer
            for index in 0..<collection.length where unsafe Value.equal(elements[index], member) { return true }
            return false
        case .object:
            let values = unsafe collection.values
            for index in 0..<collection.length where unsafe Value.equal(values[index], member) { return true }
            return false
        default: return false
        }
    }

    /// Integer arithmetic; undefined where it overflows or the operands are not small integers, which the builtin then settles.
    @inline(__always)
    private static func compute(_ operation: UInt8, _ left: Value, _ right: Value) -> Value {
        guard left.isInteger, right.isInteger else { return .undefined }
        let a = left.asInteger
        let b = right.asInteger
        switch operation {
        case ArithmeticOperator.plus.rawValue:
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? .undefined : .integer(sum)
        case ArithmeticOperator.minus.rawValue:
            let (difference, overflow) = a.subtractingReportingOverflow(b)
            return overflow ? .undefined : .integer(difference)
        case ArithmeticOperator.multiply.rawValue:
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            // A zero may have a sign in OPA.
            return overflow || product == 0 && (a | b) < 0 ? .undefined : .integer(product)
        case ArithmeticOperator.remainder.rawValue:
            guard b > 0 || b < -1 else { return .undefined }
            return .integer(a % b)
        default:
            guard b > 0, a % b == 0 else { return .undefined }
            return .integer(a / b)
        }
    }

    // MARK: Literals

    @inline(never)
    private func makeArray(_ values: UnsafeMutablePointer<Value>, count: Int) -> Value {
        let elements = unsafe arena.allocateValues(count)
        for index in 0..<count { unsafe elements[index] = unsafe values[index] }
        return unsafe .array(elements, count: count)
    }

    @inline(never)
    private func makeSet(_ values: UnsafeMutablePointer<Value>, count: Int) -> Value {
        let builder = SetBuilder(in: arena, capacity: count)
        for index in 0..<count { unsafe builder.insert(values[index]) }
        return builder.finish()
    }

    @inline(never)
    private func makeObject(withKeys keys: Value, _ values: UnsafeMutablePointer<Value>, count: Int) -> Value {
        let memory = unsafe arena.allocate(bytes: TableHeader.bytes(count: count, isSet: false, mask: 0))
        let header = unsafe memory.bindMemory(to: TableHeader.self, capacity: 1)
        unsafe header.initialize(to: TableHeader(count: UInt32(count), mask: 0, flags: TableHeader.isSorted, hash: 0))
        let target = unsafe header.keys
        let source = unsafe keys.elementPointer
        for index in 0..<count {
            unsafe target[index] = source[index]
            unsafe target[count + index] = values[index]
        }
        return unsafe Value(table: header)
    }

    /// An object as a body writes it: of equal keys the last one counts.
    @inline(never)
    private func makeObject(_ pairs: UnsafeMutablePointer<Value>, count: Int) -> Value {
        let builder = ObjectBuilder(in: arena, capacity: count)
        for index in 0..<count { unsafe builder.set(pairs[2 * index], pairs[2 * index + 1]) }
        return builder.finish()
    }
}
