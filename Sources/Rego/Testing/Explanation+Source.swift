import RegoCompiler
import RegoSyntax

extension Explanation {
    /// The text of an event's expression as its author wrote it; `nil` for other events, and for `every`, whose body has events of its own.
    package func source(of event: Event) -> String? {
        guard let legend, event.node >= 0, event.node < legend.syntax.count, case .expression(let expression) = legend.syntax[event.node],
            let file = legend.sources.file(of: expression.span)
        else { return nil }
        if case .every = expression.kind { return nil }
        let text = file.text(of: expression.span)
        return text.isEmpty ? nil : text
    }
}
