import RegoSyntax

/// The state that the stages of one resolution share.
final class Resolution {
    let symbols: SymbolTable
    let options: ResolverOptions
    let builtins: BuiltinTable
    /// What the modules' annotations say; `nil` if none of them has any.
    var annotations: ProgramAnnotations?
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether so much is wrong that nothing more is recorded.
    private(set) var isLimitReached = false

    init(symbols: SymbolTable, options: ResolverOptions, builtins: BuiltinTable) {
        self.symbols = symbols
        self.options = options
        self.builtins = builtins
    }

    /// The state of a thread that works on some of the modules, with a part of the names.
    func part(_ symbols: SymbolTable) -> Resolution {
        let part = Resolution(symbols: symbols, options: options, builtins: builtins)
        part.annotations = annotations
        return part
    }

    var hasFailed: Bool { !diagnostics.isEmpty }

    var printer: NodePrinter { NodePrinter(symbols: symbols) }

    /// Records a diagnostic, unless the limit has been reached.
    func report(_ code: Diagnostic.Code, _ message: String, at span: Span, details: [String] = []) {
        report(Diagnostic(code, message, at: span, details: details))
    }

    /// Records a diagnostic, unless the limit has been reached.
    func report(_ diagnostic: Diagnostic) {
        guard !isLimitReached else { return }
        if options.errorLimit > 0, diagnostics.count >= options.errorLimit {
            diagnostics.append(Diagnostic(.compile, "error limit reached", at: .none))
            isLimitReached = true
            return
        }
        diagnostics.append(diagnostic)
    }
}
