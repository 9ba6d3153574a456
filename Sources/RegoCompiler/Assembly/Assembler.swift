@_spi(Engine) import RegoRuntime
import RegoSyntax

/// A place in the code that is not known yet.
struct Label: Hashable {
    let index: Int
}

/// A program that is larger than the machine's instructions can address.
struct AssemblyLimit: Error {
    let message: String
}

/// Collects the instructions of a program's functions, and settles their jumps.
struct Assembler {
    private(set) var code: [Instruction] = []
    private(set) var positions: [(offset: Int32, position: SourcePosition)] = []
    private var labels: [Int32] = []
    private var fixups: [(instruction: Int, isSecond: Bool, label: Label)] = []
    private var jumps = LookupTable<Int, Label>()
    /// What goes in before instructions that were emitted earlier: the instruction's offset with each.
    private var insertions: [(before: Int, instruction: Instruction)] = []

    mutating func makeLabel() -> Label {
        labels.append(-1)
        return Label(index: labels.count - 1)
    }

    /// Makes the label stand for the next instruction.
    mutating func place(_ label: Label) {
        labels[label.index] = Int32(code.count)
    }

    /// Appends an instruction; its `t` becomes the place of `t`, its `d` the place of `d`, where given.
    mutating func emit(_ instruction: Instruction, t: Label? = nil, d: Label? = nil) {
        if let t { fixups.append((code.count, false, t)) }
        if let d { fixups.append((code.count, true, d)) }
        code.append(instruction)
    }

    /// Puts an instruction before one that was emitted earlier; who jumps there comes by it, too.
    mutating func insert(_ instruction: Instruction, before offset: Int) {
        insertions.append((offset, instruction))
    }

    mutating func jump(to label: Label) {
        jumps.set(code.count, to: label)
        emit(Instruction(.jump), t: label)
    }

    /// Names the source of the code from here on.
    mutating func mark(_ span: Span) {
        guard span.file != .none else { return }
        let position = SourcePosition(file: span.file.rawValue, row: span.row, column: span.column)
        if let last = positions.last, last.position == position { return }
        positions.append((Int32(code.count), position))
    }

    /// Writes the places of all labels into the instructions that name them, past chains of jumps.
    mutating func settle() throws(AssemblyLimit) {
        insertions.sort { $0.before < $1.before }
        guard code.count + insertions.count < Int(Int32.max) else { throw AssemblyLimit(message: "the program has too many instructions") }
        for fixup in fixups {
            let target = Int32(moved(Int(destination(of: labels[fixup.label.index]))))
            if fixup.isSecond { code[fixup.instruction].d = target } else { code[fixup.instruction].t = target }
        }
        fixups.removeAll(keepingCapacity: true)
        guard !insertions.isEmpty else { return }
        var complete: [Instruction] = []
        complete.reserveCapacity(code.count + insertions.count)
        var start = 0
        for insertion in insertions {
            complete += code[start..<insertion.before]
            complete.append(insertion.instruction)
            start = insertion.before
        }
        code = complete + code[start...]
        for index in positions.indices { positions[index].offset = Int32(moved(Int(positions[index].offset))) }
    }

    /// Where the code at an offset of before `settle()` is after it.
    func moved(_ offset: Int) -> Int {
        // Insertions before earlier code: their number, found by halves.
        var (low, high) = (0, insertions.count)
        while low < high {
            let middle = (low + high) / 2
            if insertions[middle].before < offset { low = middle + 1 } else { high = middle }
        }
        return offset + low
    }

    /// Where a label has been placed; after `settle()`.
    func offset(of label: Label) -> Int32 { Int32(moved(Int(labels[label.index]))) }

    /// Follows unconditional jumps, so that a failure goes straight to where it ends up.
    private func destination(of offset: Int32) -> Int32 {
        var offset = offset
        // Bounded: a loop of jumps alone cannot be planned, but a bound costs nothing.
        for _ in 0..<64 {
            guard let next = jumps[Int(offset)] else { return offset }
            offset = labels[next.index]
        }
        return offset
    }
}
