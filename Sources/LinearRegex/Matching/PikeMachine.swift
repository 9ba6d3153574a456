/// Runs a program's threads in lockstep, each with its own slots: what finds submatches, and what remains where a `LazyDFA` gives up.
///
/// Costs at most the text's length times the program's; one thread at a time uses an instance.
struct PikeMachine {
    private struct Threads {
        var set: SparseSet
        /// Of each thread, by its place in the set, the row of its slots; -1 for steps that consume nothing.
        var rows: [Int32]
        var slots: [Int32] = []
        var rowCount = 0

        init(capacity: Int) {
            set = SparseSet(capacity: capacity)
            rows = [Int32](repeating: -1, count: capacity)
        }

        mutating func removeAll() {
            set.removeAll()
            rowCount = 0
        }
    }

    private enum Task {
        case follow(Int32)
        case restore(slot: Int, value: Int32)
    }

    private let program: Program
    private let slotCount: Int
    private var current: Threads
    private var following: Threads
    private var scratch: [Int32]
    private var stack: [Task] = []

    /// - Parameter slotCount: 2 for the whole match alone, or all of the program's.
    init(_ program: Program, slotCount: Int) {
        self.program = program
        self.slotCount = slotCount
        current = Threads(capacity: program.instructions.count)
        following = Threads(capacity: program.instructions.count)
        scratch = [Int32](repeating: -1, count: slotCount)
    }

    /// The slots of the first match in `text[from...]`: start and end of each group, -1 where it took no part.
    mutating func search(_ text: UnsafeBufferPointer<UInt8>, from: Int, anchored: Bool) -> [Int32]? {
        var matched: [Int32]?
        current.removeAll()
        for index in scratch.indices { scratch[index] = -1 }
        add(anchored ? program.start : program.unanchoredStart, at: from, in: text, toCurrent: true)
        var position = from
        while current.set.count > 0 {
            following.removeAll()
            let byte = position < text.count ? text[position] : nil
            for place in 0..<current.set.count {
                let instruction = program.instructions[Int(current.set.members[place])]
                if instruction.kind == .match {
                    let row = Int(current.rows[place]) * slotCount
                    matched = Array(current.slots[row..<(row + slotCount)])
                    break
                }
                guard instruction.kind == .bytes, let byte, byte >= instruction.low, byte <= instruction.high else { continue }
                let row = Int(current.rows[place]) * slotCount
                for slot in 0..<slotCount { scratch[slot] = current.slots[row + slot] }
                add(instruction.next, at: position + 1, in: text, toCurrent: false)
            }
            swap(&current, &following)
            if byte == nil { break }
            position += 1
        }
        return matched
    }

    /// Adds what an instruction leads to without consuming a byte, by priority, with the slots in `scratch`.
    private mutating func add(_ first: Int32, at position: Int, in text: UnsafeBufferPointer<UInt8>, toCurrent: Bool) {
        let holding = program.assertions.isEmpty ? [] : Self.assertions(at: position, in: text)
        stack.append(.follow(first))
        while let task = stack.popLast() {
            switch task {
            case .restore(let slot, let value):
                scratch[slot] = value
            case .follow(var number):
                while toCurrent ? current.set.insert(number) : following.set.insert(number) {
                    let instruction = program.instructions[Int(number)]
                    switch instruction.kind {
                    case .split:
                        stack.append(.follow(instruction.other))
                        number = instruction.next
                        continue
                    case .save:
                        let slot = Int(instruction.other)
                        if slot < slotCount {
                            stack.append(.restore(slot: slot, value: scratch[slot]))
                            scratch[slot] = Int32(position)
                        }
                        number = instruction.next
                        continue
                    case .assert:
                        if instruction.assertion.isSubset(of: holding) {
                            number = instruction.next
                            continue
                        }
                    case .bytes, .match:
                        if toCurrent { store(into: &current) } else { store(into: &following) }
                        if instruction.kind == .bytes, instruction.other >= 0 {
                            number = instruction.other
                            continue
                        }
                    case .fail:
                        break
                    }
                    break
                }
            }
        }
    }

    private func store(into threads: inout Threads) {
        let row = threads.rowCount
        threads.rows[threads.set.count - 1] = Int32(row)
        threads.rowCount += 1
        if threads.slots.count < threads.rowCount * slotCount {
            threads.slots.append(contentsOf: scratch)
        } else {
            for slot in 0..<slotCount { threads.slots[row * slotCount + slot] = scratch[slot] }
        }
    }

    /// Every assertion that holds at a position.
    static func assertions(at position: Int, in text: UnsafeBufferPointer<UInt8>) -> Assertion {
        var result: Assertion = []
        if position == 0 { result.formUnion([.beginText, .beginLine]) } else if text[position - 1] == 10 { result.insert(.beginLine) }
        if position == text.count { result.formUnion([.endText, .endLine]) } else if text[position] == 10 { result.insert(.endLine) }
        let isWordBefore = position > 0 && text[position - 1].isWordCharacter
        let isWordAfter = position < text.count && text[position].isWordCharacter
        result.insert(isWordBefore == isWordAfter ? .noWordBoundary : .wordBoundary)
        return result
    }
}
