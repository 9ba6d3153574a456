/// One step of an automaton over bytes.
struct Instruction {
    enum Kind: UInt8 {
        /// Consumes a byte in `low...high`; other bytes are tried at `other`, unless it is negative.
        case bytes
        /// Goes on at `next`, and with less priority at `other`.
        case split
        /// Notes the position in slot `other`.
        case save
        /// Goes on where `assertion` holds.
        case assert
        case match
        /// Never goes on.
        case fail
    }

    var kind: Kind
    var low: UInt8 = 0
    var high: UInt8 = 0
    var assertion: Assertion = .nothing
    var next: Int32 = 0
    var other: Int32 = -1
}

/// A nondeterministic automaton over bytes, and what a deterministic one needs to know of it.
///
/// Sendable because nothing is written after `init`; raw memory, because an array in a class costs a reference count for each access.
final class Program: @unchecked Sendable {
    let instructions: UnsafeBufferPointer<Instruction>
    /// Where an anchored search begins.
    let start: Int32
    /// Where a search begins that may skip text first.
    let unanchoredStart: Int32
    let slotCount: Int
    /// Of each byte its class: bytes of one class are never told apart.
    let byteClasses: UnsafePointer<UInt8>
    /// One byte of each class.
    let representatives: [UInt8]
    /// Every assertion that occurs.
    let assertions: Assertion
    /// What every match begins with; empty where that is not known, or assertions would have to be looked at before it.
    let prefix: [UInt8]

    init(instructions: [Instruction], start: Int32, unanchoredStart: Int32, slotCount: Int) {
        let code = UnsafeMutableBufferPointer<Instruction>.allocate(capacity: instructions.count)
        _ = code.initialize(from: instructions)
        self.instructions = UnsafeBufferPointer(code)
        self.start = start
        self.unanchoredStart = unanchoredStart
        self.slotCount = slotCount
        var assertions: Assertion = .nothing
        // Where a class begins that differs from the one before.
        var boundaries = [Bool](repeating: false, count: 257)
        for instruction in instructions {
            if case .bytes = instruction.kind {
                boundaries[Int(instruction.low)] = true
                boundaries[Int(instruction.high) + 1] = true
            } else if case .assert = instruction.kind {
                assertions.formUnion(instruction.assertion)
            }
        }
        if !assertions.isDisjoint(with: .lines) {
            boundaries[10] = true
            boundaries[11] = true
        }
        if !assertions.isDisjoint(with: .words) {
            for byte in 1...255 where UInt8(byte).isWordCharacter != UInt8(byte - 1).isWordCharacter { boundaries[byte] = true }
        }
        var classes = [UInt8](repeating: 0, count: 256)
        var representatives: [UInt8] = [0]
        for byte in 1...255 {
            if boundaries[byte] { representatives.append(UInt8(byte)) }
            classes[byte] = UInt8(representatives.count - 1)
        }
        self.assertions = assertions
        prefix = assertions.isEmpty ? Self.prefix(of: instructions, from: start) : []
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        table.initialize(from: classes, count: 256)
        self.byteClasses = UnsafePointer(table)
        self.representatives = representatives
    }

    private static func prefix(of instructions: [Instruction], from start: Int32) -> [UInt8] {
        var prefix: [UInt8] = []
        var number = start
        while true {
            let instruction = instructions[Int(number)]
            switch instruction.kind {
            case .save: break
            case .bytes where instruction.low == instruction.high && instruction.other < 0: prefix.append(instruction.low)
            default: return prefix
            }
            number = instruction.next
        }
    }

    deinit {
        instructions.deallocate()
        byteClasses.deallocate()
    }
}
