import Glibc
import Rego

extension EvaluationLimits {
    /// What an author's evaluation may use: half of the machine's memory, as large documents are asked for on the command line too.
    static func ofAuthor(time: Duration? = nil, strictBuiltinErrors: Bool = false, cancellation: Cancellation? = nil) -> EvaluationLimits {
        var limits = EvaluationLimits(time: time, strictBuiltinErrors: strictBuiltinErrors, cancellation: cancellation)
        let machine = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
        if !machine.overflow { limits.memory = max(limits.memory, machine.partialValue / 2) }
        return limits
    }
}
