package import RegoSyntax
import Synchronization

/// The modules of a program as the nodes that it is resolved on.
///
/// Modules are added as they are parsed, by any thread: no syntax tree has to wait in memory for the others.
package final class LoweredModules: Sendable {
    private let state = Mutex(State(lowering: Lowering(symbols: SymbolTable(generatedPrefix: "__local"))))

    /// Nodes are reached by the thread that lowers them, by none while they are here, and then by the one that takes them.
    private struct State: @unchecked Sendable {
        var lowering: Lowering
        var nodes: [ModuleNode] = []
    }

    /// Makes a program without modules.
    package init() {}

    /// Adds modules, each with the name of its file.
    package func add(_ modules: [(module: Module, fileName: String)]) {
        var own = state.withLock { State(lowering: Lowering(symbols: $0.lowering.symbols)) }
        for (module, fileName) in modules { own.nodes.append(own.lowering.module(module, fileName: fileName)) }
        state.withLock { [own] state in
            state.nodes += own.nodes
            state.lowering.join(own.lowering)
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
