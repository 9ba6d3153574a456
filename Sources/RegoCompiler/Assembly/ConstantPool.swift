@_spi(Engine) import RegoRuntime
import RegoSyntax

/// The constants of a program, each once, frozen.
struct ConstantPool {
    private(set) var values: [Value] = []
    private let heap: FrozenHeap.Builder
    private let memory = Scratch()
    private var scratch: Arena { memory.arena }
    private var scalars = LookupTable<Term.Scalar, ConstantID>()

    init() {
        heap = FrozenHeap.Builder()
    }

    /// Ends the pool: the heap that its values point into.
    consuming func finish() -> FrozenHeap { heap.finish() }

    /// Memory of unfinished constants, freed with the last pool that uses it: planning may also end early.
    private final class Scratch {
        let arena = Arena(chunkSize: 4096)
        deinit { arena.destroy() }
    }

    /// The constant of a term that is built from scalars alone; `nil` for any other term.
    mutating func constant(for term: Term) -> ConstantID? {
        if let scalar = term.scalar {
            if let known = scalars[scalar] { return known }
            guard let value = value(of: term) else { return nil }
            let id = add(value)
            scalars.set(scalar, to: id)
            return id
        }
        guard term.isGroundComposite, let value = value(of: term) else { return nil }
        return add(value)
    }

    /// The constant array of some ground operands.
    mutating func path(_ operands: [Term]) -> ConstantID? {
        constant(for: Term(.array(operands)))
    }

    /// The constant object of some constants, each once, with a number for each.
    mutating func table(_ entries: [(key: Term, value: Int32)]) -> ConstantID? {
        let builder = ObjectBuilder(in: scratch, capacity: entries.count)
        for entry in entries {
            guard let key = value(of: entry.key), builder.put(key, .integer(Int(entry.value))) == .inserted else { return nil }
        }
        return add(builder.finish())
    }

    mutating func add(_ value: Value) -> ConstantID {
        values.append(heap.freeze(value))
        return ConstantID(values.count - 1)
    }

    private func value(of term: Term) -> Value? {
        switch term.kind {
        case .null: return .null
        case .boolean(let value): return .boolean(value)
        case .number(let text): return Value.number(text: text, in: scratch)
        case .string(let text): return Value.string(text, in: scratch)
        case .array(let items):
            let builder = ArrayBuilder(in: scratch)
            for item in items {
                guard let value = value(of: item) else { return nil }
                builder.append(value)
            }
            return builder.finish()
        case .set(let items):
            let builder = SetBuilder(in: scratch)
            for item in items {
                guard let value = value(of: item) else { return nil }
                builder.insert(value)
            }
            return builder.finish()
        case .object(let items):
            let builder = ObjectBuilder(in: scratch)
            for item in items {
                guard let key = value(of: item.key), let value = value(of: item.value) else { return nil }
                // A literal that gives one key two values is left to run time, where it is a conflict.
                guard builder.put(key, value) != .conflict else { return nil }
            }
            return builder.finish()
        case .variable, .reference, .call, .arrayComprehension, .setComprehension, .objectComprehension, .templateString:
            return nil
        }
    }
}

extension Term {
    /// A scalar term's identity.
    enum Scalar: Hashable {
        case null
        case boolean(Bool)
        case number(String)
        case string([UInt8])
    }

    /// A term that stands for a scalar.
    init(scalar: Scalar) {
        switch scalar {
        case .null: self.init(.null)
        case .boolean(let value): self.init(.boolean(value))
        case .number(let text): self.init(.number(text))
        case .string(let utf8): self.init(.string(String(decoding: utf8, as: UTF8.self)))
        }
    }

    /// What a scalar term stands for; `nil` for other terms.
    var scalar: Scalar? {
        switch kind {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .number(let text): .number(text)
        case .string(let text): .string(Array(text.utf8))
        default: nil
        }
    }

    /// An array, object or set of scalars and such composites.
    var isGroundComposite: Bool {
        switch kind {
        case .array(let items), .set(let items): items.allSatisfy { $0.scalar != nil || $0.isGroundComposite }
        case .object(let items):
            items.allSatisfy {
                ($0.key.scalar != nil || $0.key.isGroundComposite) && ($0.value.scalar != nil || $0.value.isGroundComposite)
            }
        default: false
        }
    }

    var isConstant: Bool { scalar != nil || isGroundComposite }
}
