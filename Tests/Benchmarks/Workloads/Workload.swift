@_spi(Engine) import RegoRuntime

/// What an engine is timed at: a policy, a question, and the answer that it must give.
struct Workload: Sendable {
    /// Names it on the command line and in the table.
    let name: String
    /// What it stands for.
    let summary: String
    let module: String
    let query: String
    var data: String?
    var input: String?
    /// The answer as JSON; `nil` where engines are compared with Ward's answer alone.
    var answer: String?
    /// OPA's time over Ward's that is aimed at.
    var target: Double = 30
}

/// Numbers that look random and are the same in every run.
struct Generator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}
