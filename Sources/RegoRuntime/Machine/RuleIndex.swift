/// One step of a program's index of rules: where the rules lead that can hold, seen from one value.
///
/// The nodes of an index form a tree. A leaf lists code offsets of rules; an inner node looks a value up in a table of the constants that
/// its rules ask for, and leads on to the node of the rules that ask for this constant and to the node of those that ask for none.
package struct RuleIndexNode: BitwiseCopyable, Sendable {
    /// Where the value of an inner node is found.
    package enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// No value: the node is a list of rules.
        case leaf
        /// In `input`, in the base documents, or in a register of the function; then along `path`.
        case input, data, register
    }

    package var kind: Kind
    /// The table's keys are beginnings of strings.
    package var isByPrefix = false
    package var register = Register(0)
    /// The constant array of the operands that lead to the value.
    package var path: Int32 = -1
    /// The constant object from what rules ask for to their node's index.
    package var table: Int32 = -1
    /// The node of the rules that ask nothing of the value; -1 for none.
    package var others: Int32 = -1
    /// The leaf of all rules below the node, for values that no prefix can be asked of; -1 where there is no such value.
    package var all: Int32 = -1
    /// What belongs to the node among the index's numbers: a leaf's code offsets in ascending order, or the lengths of the prefixes.
    package var first: Int32 = 0
    package var count: Int32 = 0

    package init(_ kind: Kind) { self.kind = kind }
}

/// Ascending code offsets of rules.
@safe struct RuleList: BitwiseCopyable {
    var start: UnsafePointer<Int32>
    var count: Int
}

extension Machine {
    /// Collects the rules that an index allows for the values at hand, in the order of the program; `count` 0 for none.
    @inline(never)
    func chooseRules(_ root: Int32, _ window: UnsafeMutablePointer<Value>) -> RuleList {
        var chosen = unsafe RuleList(start: program.indexNumbers, count: 0)
        unsafe collect(root, window, into: &chosen)
        return chosen
    }

    /// The depth of the recursion is that of the tree, which the planner bounds.
    private func collect(_ number: Int32, _ window: UnsafeMutablePointer<Value>, into chosen: inout RuleList) {
        guard number >= 0 else { return }
        let node = unsafe program.indexNodes + Int(number)
        let value: Value
        switch unsafe node.pointee.kind {
        case .leaf: return unsafe add(node, to: &chosen)
        case .input: value = unsafe follow(program.constants[Int(node.pointee.path)], from: state.pointee.input)
        case .data: value = unsafe followData(program.constants[Int(node.pointee.path)])
        case .register:
            value = unsafe follow(program.constants[Int(node.pointee.path)], from: window[Int(node.pointee.register.index)])
        }
        if value.isDefined {
            if unsafe node.pointee.isByPrefix {
                guard value.isString else { return unsafe collect(node.pointee.all, window, into: &chosen) }
                unsafe collectByPrefix(of: value, node, window, into: &chosen)
            } else {
                let next = unsafe program.constants[Int(node.pointee.table)].lookup(value)
                if next.isDefined { unsafe collect(Int32(truncatingIfNeeded: next.asInteger), window, into: &chosen) }
            }
        }
        unsafe collect(node.pointee.others, window, into: &chosen)
    }

    private func collectByPrefix(
        of text: Value, _ node: UnsafeMutablePointer<RuleIndexNode>, _ window: UnsafeMutablePointer<Value>, into chosen: inout RuleList
    ) {
        let table = unsafe program.constants[Int(node.pointee.table)]
        let lengths = unsafe program.indexNumbers + Int(node.pointee.first)
        for index in unsafe 0..<Int(node.pointee.count) {
            let length = unsafe Int(lengths[index])
            // The lengths ascend.
            if length > text.length { return }
            let isASCII = unsafe text.isASCII || UTF8Text.isASCII(text.bytePointer, count: length)
            let next = unsafe table.lookup(Value(utf8: text.bytePointer, count: length, isASCII: isASCII))
            if next.isDefined { unsafe collect(Int32(truncatingIfNeeded: next.asInteger), window, into: &chosen) }
        }
    }

    /// Merges a leaf's rules into the ones chosen, each once.
    private func add(_ leaf: UnsafeMutablePointer<RuleIndexNode>, to chosen: inout RuleList) {
        let more = unsafe RuleList(start: program.indexNumbers + Int(leaf.pointee.first), count: Int(leaf.pointee.count))
        if chosen.count == 0 {
            chosen = more
            return
        }
        if more.count == 0 { return }
        let merged = unsafe arena.allocate(bytes: (chosen.count + more.count) * 4).assumingMemoryBound(to: Int32.self)
        var (left, right, count) = (0, 0, 0)
        while left < chosen.count || right < more.count {
            let next: Int32
            if unsafe right == more.count || left < chosen.count && chosen.start[left] <= more.start[right] {
                next = unsafe chosen.start[left]
                left += 1
            } else {
                next = unsafe more.start[right]
                right += 1
            }
            if unsafe count > 0 && merged[count - 1] == next { continue }
            unsafe merged[count] = next
            count += 1
        }
        chosen = unsafe RuleList(start: merged, count: count)
    }
}
