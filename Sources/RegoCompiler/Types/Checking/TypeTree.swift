import Synchronization

/// The types of documents, at the places where they lie: below `data` those of rules, below `input` those of schemas.
///
/// Only the checker of the program that the tree belongs to changes it; afterwards any thread may read it.
final class TypeTree: KeyedNode, @unchecked Sendable {
    /// An operand that leads from a document to the one below it.
    enum Key: LookupKey {
        case document(DocumentKey)
        /// A variable in the head of a partial set, such as `p[x].q contains y`.
        case variable(String)

        package var lookupHash: Int {
            switch self {
            case .document(let key): key.lookupHash
            case .variable(let name): LookupHash.of(name) ^ 1
            }
        }
    }

    let key: Key
    let keyHash: Int
    // No reading of these goes on while the one checker changes them.
    @exclusivity(unchecked) private(set) var type: RegoType?
    @exclusivity(unchecked) private var childList = ChildList<TypeTree>()
    /// The variable whose documents these are, `data` or `input`.
    private let root: VariableID?
    /// The type of the whole document, once it has been asked for.
    private let extent = Mutex<RegoType?>(nil)

    init(key: Key = .document(.null)) {
        self.key = key
        keyHash = key.lookupHash
        root = if case .document(.string(let name)) = key { name == "data" ? .data : name == "input" ? .input : nil } else { nil }
    }

    var children: [TypeTree] { childList.nodes }

    func child(_ key: Key) -> TypeTree? { childList[key] }

    /// The documents below `data` or `input`.
    func child(root: VariableID) -> TypeTree? {
        let children = children
        for position in children.indices where children[position].root == root { return children[position] }
        return nil
    }

    private func descend(to key: Key) -> TypeTree { child(key) ?? add(key) }

    private func add(_ key: Key) -> TypeTree {
        let node = TypeTree(key: key)
        childList.append(node)
        return node
    }

    /// Sets the type at a path.
    func put(_ type: RegoType, at path: some Sequence<Key>) {
        var node = self
        for key in path {
            node.forgetExtent()
            node = node.descend(to: key)
        }
        node.forgetExtent()
        node.type = type
    }

    /// Adds a rule's type at a path: to what other rules put there, and to the objects above.
    func insert(_ type: RegoType, at path: ArraySlice<Key>) {
        var node = self
        for position in path.indices {
            node.forgetExtent()
            guard let known = node.child(path[position]) else {
                node = node.add(path[position])
                continue
            }
            node = known
            if position + 1 < path.endIndex, case .object(let object)? = node.type {
                node.type = object.inserting(type, at: path[(position + 1)...])
            }
        }
        node.forgetExtent()
        node.type = RegoType.merge(node.type, type)
        guard case .object = type, !node.children.isEmpty else { return }
        node.forEachLeaf(below: []) { path, leaf in
            if case .object(let object)? = node.type { node.type = object.inserting(leaf, at: path[...]) }
        }
    }

    /// This node and those that lead from it along a path, made where there are none.
    func descend(along path: [Key]) -> [TypeTree] {
        var nodes = [self]
        for key in path { nodes.append(nodes[nodes.count - 1].descend(to: key)) }
        return nodes
    }

    func forgetExtent() { extent.withLock { $0 = nil } }

    private func forEachLeaf(below path: [Key], _ visit: ([Key], RegoType) -> Void) {
        for child in children {
            let path = path + [child.key]
            if let type = child.type { visit(path, type) } else { child.forEachLeaf(below: path, visit) }
        }
    }

    /// The type of the whole document: the rules below are properties, and base documents may add others.
    var documentType: RegoType {
        if let type { return type }
        if let known = extent.withLock({ $0 }) { return known }
        var properties: [ObjectType.Property] = []
        for child in children {
            guard let key = child.key.typeKey else { continue }
            properties.append(.init(key: key, value: child.documentType))
        }
        let result = RegoType.object(of: properties, dynamic: .init(key: .string, value: .any))
        extent.withLock { $0 = result }
        return result
    }

    /// The type of the whole document's keys.
    var documentKeys: RegoType? {
        if let type { return type.keys }
        var union = TypeUnion()
        union.add(.string)
        for child in children { union.add(child.key.typeKey?.type) }
        return union.type
    }
}

extension TypeTree.Key {
    /// The key of a property; `nil` for what objects' types do not name.
    var typeKey: TypeKey? {
        switch self {
        case .document(.string(let text)): .string(text)
        case .document(.number(let text)): .number(text)
        case .document(.boolean(let value)): .boolean(value)
        case .document(.null), .variable: nil
        }
    }

    var type: RegoType? {
        if case .document(.null) = self { .null } else { typeKey?.type }
    }
}

extension ObjectType {
    /// The object with a member of some type at a path below it.
    fileprivate func inserting(_ type: RegoType, at path: ArraySlice<TypeTree.Key>) -> RegoType {
        guard let first = path.first else { return .object(self) }
        let value = path.count == 1 ? type : ObjectType([], dynamic: nil).inserting(type, at: path.dropFirst())
        let member = Dynamic(
            key: dynamic.map { RegoType.union($0.key, first.type) } ?? first.type,
            value: dynamic.map { RegoType.union($0.value, value) } ?? value)
        return .object(of: properties, dynamic: member)
    }
}

extension RegoType {
    /// The type of a document that several rules define: sets and objects without known properties grow, others are united.
    static func merge(_ left: RegoType?, _ right: RegoType?) -> RegoType? {
        guard let left else { return right }
        guard let right else { return left }
        switch (left, right) {
        case (.object(let a), .object(let b)) where a.properties.isEmpty && b.properties.isEmpty:
            guard let first = a.dynamic, let second = b.dynamic else { return a.dynamic == nil ? right : left }
            return .object(dynamic: .init(key: union(first.key, second.key), value: merge(first.value, second.value)))
        case (.object(let object), .any(var types)) where object.properties.isEmpty:
            for (position, type) in types.enumerated() {
                guard case .object(let other) = type, other.properties.isEmpty else { continue }
                guard let first = other.dynamic, let second = object.dynamic else { continue }
                types[position] = .object(dynamic: .init(key: union(first.key, second.key), value: union(first.value, second.value)))
                return .any(types)
            }
        case (.set(let a), .set(let b)): return .set(of: union(a.member, b.member))
        case (.any, .any): break
        case (.any, _): return merge(right, left)
        default: break
        }
        return union(left, right)
    }
}
