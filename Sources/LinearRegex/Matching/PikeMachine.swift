/// Runs a program's threads in lockstep, each with its own slots: what finds submatches, and what remains where a `LazyDFA` gives up.
///
/// Costs at most the text's length times the program's; one thread at a time uses an instance.
final class PikeMachine {
    private final class Threads {
        let set: SparseSet
        /// Of each thread, by its place in the set, the row of its slots; only of those that consume a byte or match.
        let rows: UnsafeMutablePointer<Int32>
        var slots: UnsafeMutablePointer<Int32>
        private var capacity = 64
        private var rowCount = 0
        private let slotCount: Int

        init(capacity: Int, slotCount: Int) {
            set = SparseSet(capacity: capacity)
            rows = .allocate(capacity: capacity)
            slots = .allocate(capacity: 64 * slotCount)
            self.slotCount = slotCount
        }

        deinit {
            rows.deallocate()
            slots.deallocate()
        }

        func removeAll() {
            set.removeAll()
            rowCount = 0
        }

        /// Gives the newest member of the set a row with these slots.
        func store(_ source: UnsafeMutablePointer<Int32>) {
            if rowCount == capacity {
                let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 2 * slotCount)
                larger.update(from: slots, count: capacity * slotCount)
                slots.deallocate()
                slots = larger
                capacity *= 2
            }
            rows[set.count - 1] = Int32(rowCount)
            (slots + rowCount * slotCount).update(from: source, count: slotCount)
            rowCount += 1
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
    private let scratch: UnsafeMutablePointer<Int32>
    private var stack: [Task] = []
    var isInterrupted: (() -> Bool)?

    /// - Parameter slotCount: 2 for the whole match alone, or all of the program's.
    init(_ program: Program, slotCount: Int) {
        self.program = program
        self.slotCount = slotCount
        current = Threads(capacity: program.instructions.count, slotCount: slotCount)
        following = Threads(capacity: program.instructions.count, slotCount: slotCount)
        scratch = .allocate(capacity: slotCount)
    }

    deinit {
        scratch.deallocate()
    }

    /// The slots of the first match in `text[from...]`: start and end of each group, -1 where it took no part.
    func search(_ text: UnsafeBufferPointer<UInt8>, from: Int, anchored: Bool) -> [Int32]? {
        var matched: [Int32]?
        current.removeAll()
        scratch.update(repeating: -1, count: slotCount)
        add(anchored ? program.start : program.unanchoredStart, at: from, in: text, to: current)
        var position = from
        while current.set.count > 0 {
            if position & 255 == 255, isInterrupted?() ?? false { return nil }
            let (current, following) = (current, following)
            following.removeAll()
            let byte = position < text.count ? text[position] : nil
            for place in 0..<current.set.count {
                let instruction = program.instructions[Int(current.set.members[place])]
                if case .match = instruction.kind {
                    let row = Int(current.rows[place]) * slotCount
                    matched = Array(UnsafeBufferPointer(start: current.slots + row, count: slotCount))
                    break
                }
                guard case .bytes = instruction.kind, let byte, byte >= instruction.low, byte <= instruction.high else { continue }
                let row = Int(current.rows[place]) * slotCount
                scratch.update(from: current.slots + row, count: slotCount)
                add(instruction.next, at: position + 1, in: text, to: following)
            }
            self.current = following
            self.following = current
            if byte == nil { break }
            position += 1
        }
        return matched
    }

    /// Adds what an instruction leads to without consuming a byte, by priority, with the slots in `scratch`.
    private func add(_ first: Int32, at position: Int, in text: UnsafeBufferPointer<UInt8>, to threads: Threads) {
        let holding = program.assertions.isEmpty ? .nothing : Self.assertions(at: position, in: text)
        // A local variable needs no checks for exclusive access.
        var stack = self.stack
        self.stack = []
        defer { self.stack = stack }
        stack.append(.follow(first))
        while let task = stack.popLast() {
            switch task {
            case .restore(let slot, let value):
                scratch[slot] = value
            case .follow(var number):
                while threads.set.insert(number) {
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
                        threads.store(scratch)
                        if case .bytes = instruction.kind, instruction.other >= 0 {
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

    /// Every assertion that holds at a position.
    static func assertions(at position: Int, in text: UnsafeBufferPointer<UInt8>) -> Assertion {
        var result: Assertion = .nothing
        if position == 0 { result.formUnion(.begins) } else if text[position - 1] == 10 { result.insert(.beginLine) }
        if position == text.count { result.formUnion(.ends) } else if text[position] == 10 { result.insert(.endLine) }
        let isWordBefore = position > 0 && text[position - 1].isWordCharacter
        let isWordAfter = position < text.count && text[position].isWordCharacter
        result.insert(isWordBefore == isWordAfter ? .noWordBoundary : .wordBoundary)
        return result
    }
}
