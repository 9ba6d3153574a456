@_spi(Engine) import RegoRuntime
import RegoYAML

/// Puts base documents together from several texts: each is read straight into the memory of all.
package struct BaseDataBuilder {
    /// How a document is written.
    package enum Format: Sendable {
        case json, yaml

        /// The format that a file's name tells.
        package init?(ofFile name: String) {
            if name.hasSuffix(".json") {
                self = .json
            } else if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
                self = .yaml
            } else {
                return nil
            }
        }
    }

    /// Why a document cannot be added.
    package enum Problem: Error {
        /// The text is broken: where and how.
        case unreadable(String)
        /// What is to be `data` itself is no object.
        case noObject
        /// Another document has a value at a path below `data` where this one has one, and they are not both objects.
        case conflict([String])
    }

    private let builder: DocumentBuilder

    /// Begins with no documents.
    ///
    /// - Parameter documents: how many will be added; one alone need not be prepared for others.
    package init(documents: Int) { builder = DocumentBuilder(isMerging: documents > 1) }

    /// Adds a text's document, or nothing.
    ///
    /// - Parameter names: those below `data` that lead to the document.
    package func add(_ text: ArraySlice<UInt8>, _ format: Format, at names: [String]) throws(Problem) {
        let value: Value
        switch format {
        case .json: value = try read(json: text)
        // YAML is another way to write JSON; the way through its text costs little beside reading YAML.
        case .yaml: value = try read(json: try Self.json(ofYAML: text)[...])
        }
        guard !names.isEmpty || builder.isObject(value) else { throw .noObject }
        if let place = builder.add(value, at: names) { throw .conflict(place) }
    }

    /// Adds all documents of others, or nothing; they are shared.
    ///
    /// - Parameter names: those below `data` that lead to what is `data` there.
    package func add(_ data: BaseData, at names: [String] = []) throws(Problem) {
        guard data.root.isDefined else { return }
        if let place = builder.add(data.root, of: data.heaps, at: names) { throw .conflict(place) }
    }

    /// The documents; nothing more can be added.
    package func finish() -> BaseData {
        let (root, heaps) = builder.finish()
        if heaps.reduce(0, { $0 + $1.byteCount }) >= ProcessMemory.worthReleasing { ProcessMemory.releaseFree() }
        return BaseData(root: root, heaps: heaps)
    }

    private func read(json text: ArraySlice<UInt8>) throws(Problem) -> Value {
        let result = unsafe text.withUnsafeBytes { bytes -> Result<Value, JSONError> in
            do throws(JSONError) {
                return .success(unsafe try builder.read(json: bytes))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw .unreadable("\(error)")
        }
    }

    private static func json(ofYAML text: ArraySlice<UInt8>) throws(Problem) -> [UInt8] {
        let arena = Arena()
        defer { arena.destroy() }
        do throws(YAMLReader.Failure) {
            var buffer = OutputBuffer()
            try YAMLReader.read(Array(text), in: arena).writeJSON(into: &buffer)
            return buffer.array
        } catch {
            throw .unreadable(error.description)
        }
    }
}
