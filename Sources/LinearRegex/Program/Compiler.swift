/// Turns a parsed pattern into a program, from its end to its beginning: every instruction is made with its successor known.
struct Compiler {
    /// Bounds what a hostile pattern can cost, some 40 MB; `\pL{500}` fits. Go's own bound lies at some 130 MB.
    static let maximumInstructions = 600_000
    /// Threads of a capturing search are at most as many as the instructions, each with this many slots in all.
    static let maximumThreadSlots = 16_000_000

    private let parsed: ParsedPattern
    private let pattern: [UInt8]
    private let isReversed: Bool
    private var instructions: [Instruction] = []
    private var sequences: [Int: [UTF8Sequences.Sequence]] = [:]

    private init(_ parsed: ParsedPattern, pattern: [UInt8], isReversed: Bool) {
        self.parsed = parsed
        self.pattern = pattern
        self.isReversed = isReversed
    }

    /// Compiles a program that reads text forwards, or, to find where a match began, backwards and without captures.
    static func compile(_ parsed: ParsedPattern, pattern: [UInt8], reversed: Bool = false) throws(RegexError) -> Program {
        var compiler = Compiler(parsed, pattern: pattern, isReversed: reversed)
        let match = try compiler.emit(Instruction(kind: .match))
        let end = reversed ? match : try compiler.emit(Instruction(kind: .save, next: match, other: 1))
        let body = try compiler.compile(parsed.root, next: end)
        let start = reversed ? body : try compiler.emit(Instruction(kind: .save, next: body, other: 0))
        var unanchored = start
        if !reversed {
            // Skips whole characters only, so that no match begins inside of one.
            let loop = try compiler.emit(Instruction(kind: .split))
            let skip = try compiler.compile(sequences: UTF8Sequences.sequences(of: .any), next: loop)
            compiler.instructions[Int(loop)].next = start
            compiler.instructions[Int(loop)].other = skip
            unanchored = loop
        }
        let slots = parsed.groupNames.count * 2
        guard reversed || compiler.instructions.count * slots <= maximumThreadSlots else { throw RegexError(.tooLarge, pattern) }
        return Program(instructions: compiler.instructions, start: start, unanchoredStart: unanchored, slotCount: slots)
    }

    private mutating func emit(_ instruction: Instruction) throws(RegexError) -> Int32 {
        guard instructions.count < Self.maximumInstructions else { throw RegexError(.tooLarge, pattern) }
        instructions.append(instruction)
        return Int32(instructions.count - 1)
    }

    private mutating func compile(_ node: Node, next: Int32) throws(RegexError) -> Int32 {
        switch node {
        case .empty:
            return next
        case .literal(let scalar):
            // A surrogate, which a class may hold but no text can, matches nothing.
            if scalar >= 0xD800, scalar <= 0xDFFF { return try emit(Instruction(kind: .fail)) }
            var entry = next
            let bytes = UTF8Sequences.encode(scalar)
            for byte in isReversed ? bytes : bytes.reversed() {
                entry = try emit(Instruction(kind: .bytes, low: byte, high: byte, next: entry))
            }
            return entry
        case .characterClass(let number):
            let found = sequences[number] ?? UTF8Sequences.sequences(of: parsed.classes[number])
            sequences[number] = found
            return try compile(sequences: found, next: next)
        case .assertion(let assertion):
            return try emit(Instruction(kind: .assert, assertion: isReversed ? assertion.reversed : assertion, next: next))
        case .capture(let node, let index):
            if isReversed { return try compile(node, next: next) }
            let close = try emit(Instruction(kind: .save, next: next, other: Int32(index * 2 + 1)))
            let body = try compile(node, next: close)
            return try emit(Instruction(kind: .save, next: body, other: Int32(index * 2)))
        case .concatenation(let nodes):
            var entry = next
            if isReversed {
                for node in nodes { entry = try compile(node, next: entry) }
            } else {
                for node in nodes.reversed() { entry = try compile(node, next: entry) }
            }
            return entry
        case .alternation(let nodes):
            guard let last = nodes.last else { return next }
            var entry = try compile(last, next: next)
            for node in nodes.dropLast().reversed() {
                let preferred = try compile(node, next: next)
                entry = try emit(Instruction(kind: .split, next: preferred, other: entry))
            }
            return entry
        case .repeat(let node, let minimum, let maximum, let greedy):
            return try compileRepeat(node, minimum: minimum, maximum: maximum, greedy: greedy, next: next)
        }
    }

    private mutating func compileRepeat(
        _ node: Node, minimum: Int, maximum: Int?, greedy: Bool, next: Int32
    ) throws(RegexError) -> Int32 {
        var entry = next
        var copies = minimum
        if let maximum {
            for _ in minimum..<max(maximum, minimum) {
                let body = try compile(node, next: entry)
                entry = try emitSplit(body: body, exit: next, greedy: greedy)
            }
        } else {
            // `x*` where `x` may be empty is `(x+)?`: only so the priorities are those of a backtracking search, as in Go.
            let isOptional = minimum == 0
            let isPlus = minimum > 0 || node.isNullable
            let loop = try emit(Instruction(kind: .split))
            let body = try compile(node, next: loop)
            instructions[Int(loop)].next = greedy ? body : next
            instructions[Int(loop)].other = greedy ? next : body
            entry = isPlus ? body : loop
            if isOptional, isPlus { entry = try emitSplit(body: body, exit: next, greedy: greedy) }
            copies = max(minimum - 1, 0)
        }
        for _ in 0..<copies { entry = try compile(node, next: entry) }
        return entry
    }

    private mutating func emitSplit(body: Int32, exit: Int32, greedy: Bool) throws(RegexError) -> Int32 {
        try emit(Instruction(kind: .split, next: greedy ? body : exit, other: greedy ? exit : body))
    }

    // MARK: Classes

    /// One way of reading a class's byte at some place: the range and where to go on.
    private struct Edge: Hashable {
        var low: UInt8
        var high: UInt8
        var next: Int32
    }

    /// Equal tails of sequences are compiled once.
    private mutating func compile(sequences: [UTF8Sequences.Sequence], next: Int32) throws(RegexError) -> Int32 {
        if sequences.isEmpty { return try emit(Instruction(kind: .fail)) }
        if sequences.count == 1, sequences[0].count == 1 {
            return try emit(Instruction(kind: .bytes, low: sequences[0][0].lowerBound, high: sequences[0][0].upperBound, next: next))
        }
        var known: [[Edge]: Int32] = [:]
        if !isReversed { return try compileTrie(sequences[...], depth: 0, next: next, known: &known) }
        var edges: [Edge] = []
        for sequence in sequences {
            var entry = next
            for range in sequence.dropLast() {
                let edge = Edge(low: range.lowerBound, high: range.upperBound, next: entry)
                entry = try alternatives([edge], known: &known)
            }
            if let last = sequence.last { edges.append(Edge(low: last.lowerBound, high: last.upperBound, next: entry)) }
        }
        return try alternatives(edges, known: &known)
    }

    /// Sequences of sorted, disjoint ranges either agree in a byte's range or are disjoint there.
    private mutating func compileTrie(
        _ sequences: ArraySlice<UTF8Sequences.Sequence>, depth: Int, next: Int32, known: inout [[Edge]: Int32]
    ) throws(RegexError) -> Int32 {
        var edges: [Edge] = []
        var start = sequences.startIndex
        while start < sequences.endIndex {
            let range = sequences[start][depth]
            var end = start + 1
            while end < sequences.endIndex, sequences[end][depth] == range { end += 1 }
            let isLast = sequences[start].count == depth + 1
            let target = isLast ? next : try compileTrie(sequences[start..<end], depth: depth + 1, next: next, known: &known)
            if let last = edges.last, last.next == target, Int(last.high) + 1 == Int(range.lowerBound) {
                edges[edges.count - 1].high = range.upperBound
            } else {
                edges.append(Edge(low: range.lowerBound, high: range.upperBound, next: target))
            }
            start = end
        }
        return try alternatives(edges, known: &known)
    }

    private mutating func alternatives(_ edges: [Edge], known: inout [[Edge]: Int32]) throws(RegexError) -> Int32 {
        if let entry = known[edges] { return entry }
        var entry: Int32?
        for edge in edges.reversed() {
            entry = try emit(Instruction(kind: .bytes, low: edge.low, high: edge.high, next: edge.next, other: entry ?? -1))
        }
        if let entry {
            known[edges] = entry
            return entry
        }
        return try emit(Instruction(kind: .fail))
    }
}
