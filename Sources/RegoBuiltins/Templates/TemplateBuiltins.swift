@_spi(Engine) package import RegoRuntime

/// `strings.render_template` (OPA: "Strings"; Go's `text/template`).
package enum TemplateBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("strings.render_template", arity: 2) { render(BuiltinCall($0)) }
    ]

    private static func render(_ call: BuiltinCall) {
        guard let template = call.string(0), let variables = call.object(1) else { return }
        do throws(TemplateFailure) {
            var parser = TemplateParser(template.byteArray, in: call.arena)
            let nodes = try parser.parse()
            var renderer = TemplateRenderer(
                definitions: parser.definitions, root: variables, context: call.context, in: call.arena)
            try renderer.render(nodes, dot: variables)
            call.return(renderer.output.finish())
        } catch {
            if call.endIfInterrupted() { return }
            if call.arena.isExhausted { _ = call.failIfTooLarge(.max) } else { call.fail(.builtin, error.message) }
        }
    }
}
