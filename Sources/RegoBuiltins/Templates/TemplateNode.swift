@_spi(Engine) import RegoRuntime

/// A parsed template of Go's `text/template`.
indirect enum TemplateNode {
    case text(ArraySlice<UInt8>)
    case output(Pipeline)
    case branch(Pipeline, then: [TemplateNode], otherwise: [TemplateNode])
    /// `with`: like `branch`, but the dot becomes the pipeline's value.
    case with(Pipeline, then: [TemplateNode], otherwise: [TemplateNode])
    case range(Pipeline, body: [TemplateNode], otherwise: [TemplateNode])
    case call(name: [UInt8], Pipeline?)
    case stop(isBreak: Bool)

    /// Commands that hand their value on; it may be kept in variables.
    struct Pipeline {
        var variables: [[UInt8]] = []
        /// `=` instead of `:=`.
        var isAssignment = false
        var commands: [[Operand]] = []
    }

    /// A word of a command with the fields that are taken of it.
    struct Operand {
        enum Kind {
            case dot
            case variable([UInt8])
            case function([UInt8])
            case literal(Value)
            case pipeline(Pipeline)
        }

        var kind: Kind
        var fields: [[UInt8]] = []
    }
}

/// Why a template cannot be rendered.
struct TemplateFailure: Error {
    let message: String
    init(_ message: String) { self.message = "template: template:" + message }
}
