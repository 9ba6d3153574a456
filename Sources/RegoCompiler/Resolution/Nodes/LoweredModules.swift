package import RegoSyntax
import Synchronization

/// The modules of a program as the nodes that it is resolved on.
///
/// Modules are added as they are parsed, by any thread: no syntax tree has to wait in memory for the others.
package final class LoweredModules: Sendable {
    private let state = Mutex(State(lowering: Lowering(symbols: SymbolTable(generatedPrefix: "__local"))))

    /// Nodes and names are these modules' alone: whoever holds the lock is the only one that reaches them, until they are taken.
    private struct State: @unchecked Sendable {
        var lowering: Lowering
        var nodes: [ModuleNode] = []
    }

    /// Makes a program without modules.
    package init() {}

    /// Adds modules, each with the name of its file.
    package func add(_ modules: [(module: Module, fileName: String)]) {
        state.withLock { state in
            for (module, fileName) in modules { state.nodes.append(state.lowering.module(module, fileName: fileName)) }
        }
    }

    /// Takes the modules out.
    func take() -> (nodes: [ModuleNode], lowering: Lowering) {
        let taken = state.withLock { state in
            defer { state.nodes = [] }
            return state
        }
        return (taken.nodes, taken.lowering)
    }
}
