package import RegoSyntax

extension Loader {
    /// What cannot be read, and why.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// One thing that is wrong.
        package enum Problem: Sendable {
            /// With a file or document: its name and what it is.
            case file(String)
            /// With a module that was read along with it.
            case module(Diagnostic)
        }

        /// All that is wrong, in the order of the files.
        package let problems: [Problem]
        /// The modules that diagnostics point into.
        package let sources: SourceMap

        package init(_ description: String) {
            problems = [.file(description)]
            sources = SourceMap()
        }

        /// What is wrong with files, together with what is wrong with the modules that were read with them.
        ///
        /// - Parameters:
        ///   - files: the problems, each with the place of its file among those read.
        ///   - modules: the modules, each with its place.
        init(_ files: [(order: Int, message: String)], modules: [(order: Int, module: Policy.Module)], dialect: RegoVersion) {
            // The first file of a map is a query's.
            var sources = SourceMap()
            _ = sources.add(SourceFile(name: "", bytes: []))
            let texts = modules.map { SourceFile(name: $0.module.name, bytes: $0.module.bytes) }
            for text in texts { _ = sources.add(text) }
            let parsing = ModuleParsing(files: texts, versions: modules.map { $0.module.version ?? dialect }, features: nil, firstID: 1)
            var all = files.map { (order: $0.order, problem: Problem.file($0.message)) }
            for (module, reading) in zip(modules, parsing.readings()) {
                all += reading.diagnostics.map { (module.order, .module($0)) }
            }
            // Several problems of one file stay as they are found.
            problems = all.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }.map(\.element.problem)
            self.sources = sources
        }

        /// Each file or folder and what is wrong with it, one a line.
        public var description: String {
            problems.map { problem in
                switch problem {
                case .file(let text): text
                case .module(let diagnostic): diagnostic.rendered(in: sources)
                }
            }.joined(separator: "\n")
        }
    }
}
