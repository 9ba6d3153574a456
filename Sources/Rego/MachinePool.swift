import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Synchronization

/// The machines of one program that no thread is using; queries of one program share them.
final class MachinePool: Sendable {
    let program: Program
    private let policy: Policy
    private let idle = Mutex<[Box]>([])

    /// Machines kept for later; more than run at once on the machines Ward is meant for.
    private static let idleLimit = 64

    init(program: Program, policy: Policy) {
        self.program = program
        self.policy = policy
    }

    /// A machine on its way between threads.
    private struct Box: @unchecked Sendable {
        // @unchecked: whoever takes the box out of `idle` is the only one that uses the machine.
        let machine: Machine
    }

    /// A machine that is the caller's until it gives it back.
    func take() -> Machine {
        if let box = idle.withLock({ $0.popLast() }) { return box.machine }
        let context = BuiltinContext()
        context.allowedHosts = policy.options.capabilities?.allowedHosts
        context.interQueryCache = .shared
        context.runtime = policy.options.runtime
        let sources = policy.resolved.sources
        context.describePosition = { position in
            let span = Span(file: FileID(position.file), offset: 0, length: 0, row: position.row, column: position.column)
            let name = sources.file(of: span)?.name ?? ""
            return name.isEmpty ? "\(position.row):\(position.column)" : "\(name):\(position.row)"
        }
        return Machine(program: program, context: context)
    }

    /// Takes a machine back; the values that it has made are gone.
    func giveBack(_ machine: Machine) {
        machine.reset()
        machine.context.reset()
        let box = Box(machine: machine)
        idle.withLock { if $0.count < Self.idleLimit { $0.append(box) } }
    }
}
