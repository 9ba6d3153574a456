package import RegoSyntax

/// Parses modules together with their annotations.
package enum ModuleReader {
    /// Parses a module and reads its `# METADATA` blocks.
    ///
    /// - Parameters:
    ///   - file: the source text.
    ///   - id: the file's index, for spans.
    ///   - version: the dialect.
    ///   - features: what capabilities allow of the syntax; `nil` for everything.
    /// - Returns: the module with its annotations, and no diagnostics; or `nil` and what is wrong.
    package static func read(
        _ file: SourceFile, id: FileID, version: RegoVersion = .v1, features: LanguageFeatures? = nil
    ) -> (module: Module?, annotations: [Annotation], diagnostics: [Diagnostic]) {
        var blocks: [AnnotationReader.Unattached] = []
        let (module, found) = Parser.parseModule(file, id: id, version: version, features: features) { block in
            do throws(Diagnostic) {
                blocks.append(try AnnotationReader.read(block))
                return nil
            } catch {
                return error
            }
        }
        guard let module, found.isEmpty else { return (nil, [], found) }
        var annotations: [Annotation] = []
        var diagnostics: [Diagnostic] = []
        for (block, raw) in zip(blocks, module.annotations) {
            do throws(Diagnostic) {
                annotations.append(try AnnotationReader.attach(block, to: raw.target))
            } catch {
                diagnostics.append(error)
            }
        }
        return diagnostics.isEmpty ? (module, annotations, []) : (nil, [], diagnostics)
    }
}
