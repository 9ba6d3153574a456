extension Machine {
    /// Tells the recorder what a `trace` instruction stands for.
    @inline(never)
    func observe(_ instruction: UnsafeMutablePointer<Instruction>, _ window: UnsafeMutablePointer<Value>) {
        guard let recorder, let table = program.trace, let operation = unsafe TraceOperation(rawValue: instruction.pointee.x) else {
            return
        }
        let index = unsafe instruction.pointee.d
        let point = table.points[Int(index)]
        let register = unsafe window + Int(instruction.pointee.a)
        switch operation {
        case .enter, .eval, .redo, .failAlways:
            if operation == .enter { recorder.enter() }
            unsafe tell(operation, point, table, window, isEarly: false)
        case .exit:
            let early = unsafe instruction.pointee.c
            let isEarly = unsafe early == 1 || early == 2 && register.pointee.isDefined
            unsafe tell(operation, point, table, window, isEarly: isEarly)
        case .fail: if unsafe register.pointee.isUndefined { unsafe tell(.failAlways, point, table, window, isEarly: false) }
        case .index: unsafe choose(instruction, point, table, window)
        case .leave: recorder.leave()
        case .saveQuery: unsafe register.pointee = .integer(Int64(recorder.innermostQuery))
        case .exitSaved:
            guard recorder.wishes.events else { break }
            let query = unsafe Int32(truncatingIfNeeded: register.pointee.asInteger)
            let from = unsafe keepVariables(point, window)
            recorder.record(.exit, node: point.node, hasPlace: hasPlace(point, table), query: query, from: from)
        case .begin: recorder.beginFunction()
        case .settle: recorder.settle()
        case .end: recorder.endFunction()
        case .call: recorder.prepareCall()
        case .hold: recorder.hold(index)
        case .resume, .resumeEarly:
            recorder.resume(index, isEarly: operation == .resumeEarly) { $0 >= 0 && table.nodes[Int($0)].kind == .rule }
        }
        if recorder.byteCount > limits.memory { unsafe failForMemory(at: instruction) }
    }

    private func hasPlace(_ point: TracePoint, _ table: TraceTable) -> Bool {
        point.node >= 0 && table.nodes[Int(point.node)].position != nil
    }

    private func tell(
        _ operation: TraceOperation, _ point: TracePoint, _ table: TraceTable, _ window: UnsafeMutablePointer<Value>, isEarly: Bool
    ) {
        guard let recorder else { return }
        let node = Int(point.node)
        let kind = table.nodes[node].kind
        if recorder.wishes.hits, operation == .eval || operation == .exit && kind == .rule { recorder.hit(node) }
        if recorder.wishes.costs, kind == .expression, operation == .eval || operation == .redo {
            recorder.count(node, isRedo: operation == .redo)
        }
        guard recorder.wishes.events else { return }
        if kind == .expression { recorder.evaluate(point.node) }
        let event: TraceRecorder.Event.Kind =
            switch operation {
            case .enter: .enter
            case .eval: .eval
            case .exit: .exit
            case .redo: .redo
            default: .fail
            }
        let from = unsafe keepVariables(point, window)
        recorder.record(event, node: point.node, hasPlace: hasPlace(point, table), isEarly: isEarly, from: from)
    }

    /// Keeps the values of the variables at a point; where they begin.
    private func keepVariables(_ point: TracePoint, _ window: UnsafeMutablePointer<Value>) -> Int {
        guard let recorder else { return 0 }
        let from = recorder.variables.count
        guard recorder.wishes.variables else { return from }
        for (name, register) in point.locals {
            unsafe recorder.add(name: name, isDocument: false, value: window[Int(register.index)])
        }
        let epoch = unsafe state.pointee.epoch
        for (name, memo) in point.documents {
            let kept = unsafe memos[Int(memo)]
            if kept.epoch == epoch, kept.value.isDefined { recorder.add(name: name, isDocument: true, value: kept.value) }
        }
        return from
    }

    /// Counts the rules that an index has chosen, and settles whether one solution is enough.
    private func choose(
        _ instruction: UnsafeMutablePointer<Instruction>, _ point: TracePoint, _ table: TraceTable, _ window: UnsafeMutablePointer<Value>
    ) {
        let flags = unsafe window + Int(instruction.pointee.b)
        var chosen = 0
        var lastRule: Int32 = -1
        var common: Int32?
        var isEarly = true
        for (index, candidate) in (unsafe table.candidates[instruction.pointee.d] ?? []).enumerated() where unsafe flags[index].isDefined {
            if candidate.rule != lastRule { chosen += 1 }
            lastRule = candidate.rule
            if candidate.value < 0 || common != nil && common != candidate.value { isEarly = false }
            common = candidate.value
        }
        unsafe window[Int(instruction.pointee.a)] = isEarly ? .true : .undefined
        guard let recorder, recorder.wishes.events else { return }
        recorder.choose(chosen, of: point.node, isEarly: isEarly) { $0 >= 0 && table.nodes[Int($0)].position != nil }
    }
}
