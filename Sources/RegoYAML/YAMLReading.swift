@_spi(Engine) package import RegoRuntime

/// Reads YAML into values, as Kubernetes and OPA do: the first document alone, keys become strings, `<<` merges, of equal keys the last
/// one counts, timestamps stay text, and what JSON cannot say (`.nan`, `.inf`) is refused.
package enum YAMLReading {
    /// What is wrong with the text, and where.
    package struct Failure: Error {
        /// What Go's port of libyaml says, which is off by a line at times.
        package let message: String
        /// The same without the line, and the line itself, from 1; `nil` where none is known.
        package let place: (problem: String, line: Int)?

        init(message: String, place: (problem: String, line: Int)? = nil) {
            self.message = message
            self.place = place
        }
    }

    /// Reads one document; an empty text is `null`.
    ///
    /// - Parameter isInterrupted: asked now and then; ends the reading with a failure.
    package static func read(_ text: String, in arena: Arena, isInterrupted: (() -> Bool)? = nil) throws(Failure) -> Value {
        let document: YAMLDocument
        do throws(YAMLDocument.Fault) {
            document = try YAMLDocument(text, isInterrupted: isInterrupted)
        } catch {
            throw failure(error)
        }
        guard !document.nodes.isEmpty else { return .null }
        var reader = YAMLValueReader(document: document, arena: arena, isInterrupted: isInterrupted)
        return try reader.read()
    }

    /// Whether the text, written without quotes, would not be taken for a number, a boolean or null.
    package static func readsAsString(_ text: String) -> Bool {
        guard case .string = CompatibleScalar.untagged(text) else { return false }
        return !CompatibleScalar.isSexagesimal(text)
    }

    /// libyaml's complaint in the form that Go's port gives it, which counts the lines of all but the scanner's from 0.
    private static func failure(_ fault: YAMLDocument.Fault) -> Failure {
        guard fault.stage == .scanner || fault.stage == .parser else {
            let place = fault.stage == .composer ? (fault.problem, fault.problemLine + 1) : nil
            return Failure(message: "yaml: \(fault.problem)", place: place)
        }
        var line = fault.problemLine
        if line > 0, fault.stage == .scanner { line += 1 }
        if line == 0 { line = fault.contextLine }
        return Failure(message: "yaml: \(line > 0 ? "line \(line): " : "")\(fault.problem)", place: (fault.problem, fault.problemLine + 1))
    }
}
