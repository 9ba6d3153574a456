/// A node of a tree whose children are found by their keys.
protocol KeyedNode: AnyObject {
    associatedtype Key: LookupKey

    var key: Key { get }
    /// The key's `lookupHash`, which tells most keys apart.
    var keyHash: Int { get }
}

/// The children of a tree's node, each with a key of its own, in the order in which they came: looked through while they are few, indexed
/// once they are many.
struct ChildList<Node: KeyedNode> {
    private(set) var nodes: [Node] = []
    private var index: Index?

    /// Children up to which a key is compared with each; beyond two, only where the hash is the same.
    private static var linearLimit: Int { 8 }

    private final class Index {
        var nodes = LookupTable<Node.Key, Node>()
    }

    var isEmpty: Bool { nodes.isEmpty }

    /// The child with a key.
    subscript(key: Node.Key) -> Node? {
        if let index { return index.nodes[key] }
        let nodes = nodes
        if nodes.count <= 2 {
            for position in nodes.indices where nodes[position].key == key { return nodes[position] }
            return nil
        }
        let hash = key.lookupHash
        for position in nodes.indices where nodes[position].keyHash == hash && nodes[position].key == key { return nodes[position] }
        return nil
    }

    /// Adds a child whose key no other one has.
    mutating func append(_ node: Node) {
        nodes.append(node)
        if let index {
            index.nodes.set(node.key, to: node)
        } else if nodes.count > Self.linearLimit {
            let index = Index()
            for node in nodes { index.nodes.set(node.key, to: node) }
            self.index = index
        }
    }
}
