@_spi(Engine) import RegoRuntime
import RegoSyntax

/// The types of the schemas that a program's annotations name, each read once.
final class SchemaCatalog {
    private let set: SchemaSet?
    private var byName: [[String]: Result<RegoType, SchemaFailure>] = [:]
    private var byDefinition: [RegoValue: Result<RegoType, SchemaFailure>] = [:]

    init(_ set: SchemaSet?) {
        self.set = set
    }

    /// The type of what a declaration names; `nil` where no schemas were given.
    func type(of source: Annotation.SchemaDeclaration.Source) throws(SchemaFailure) -> RegoType? {
        switch source {
        case .definition(let schema):
            if let known = byDefinition[schema] { return try known.get() }
            let result = Self.type(of: schema)
            byDefinition[schema] = result
            return try result.get()
        case .reference(let reference):
            guard let set else { return nil }
            let path = reference.dropFirst().map { term in
                if case .string(let text) = term.kind { text } else { TermPrinter.text(of: term) }
            }
            if let known = byName[path] { return try known.get() }
            guard let schema = set.schema(at: path) else {
                throw SchemaFailure("undefined schema: \(TermPrinter.text(ofReference: reference))")
            }
            let result = Self.type(of: schema)
            byName[path] = result
            return try result.get()
        }
    }

    /// The type of `input` where no annotation says otherwise; `nil` if there is no schema for it.
    func inputType() throws(SchemaFailure) -> RegoType? {
        guard let root = set?.root else { return nil }
        return try Self.type(of: root).get()
    }

    private static func type(of schema: RegoValue) -> Result<RegoType, SchemaFailure> {
        do throws(SchemaFailure) { return .success(try SchemaTypes.type(of: schema)) } catch { return .failure(error) }
    }
}

extension TypeChecker {
    /// A scope with the documents' types that a rule's annotations declare, and what is wrong with those.
    func scope(of declarations: [Annotation.SchemaDeclaration], for rule: RuleNode, in outer: TypeScope) -> (TypeScope, [TypeProblem]) {
        let documents = TypeTree()
        let scope = TypeScope(in: outer, documents: documents)
        var problems: [TypeProblem] = []
        for declaration in declarations {
            let declared: RegoType?
            do throws(SchemaFailure) {
                declared = try schemas.type(of: declaration.schema)
            } catch {
                problems.append(TypeProblem(.schema(error.message), at: rule.span))
                continue
            }
            guard let declared, let root = declaration.path.first, case .variable(let name) = root.kind else { continue }
            let operands = declaration.path.dropFirst().compactMap(TypeKey.init(term:))
            guard operands.count == declaration.path.count - 1 else { continue }
            let key = TypeTree.Key.document(.string(name))
            guard !operands.isEmpty else {
                documents.put(declared, at: [key])
                continue
            }
            let head = Node(variable: name == "data" ? .data : .input, span: rule.span)
            let known = type(ofReference: [head], in: scope) ?? .any
            documents.put(known.replacing(operands[...], by: declared), at: [key])
        }
        return (scope, problems)
    }
}

extension TypeKey {
    /// The key that a scalar term is; `nil` for any other term.
    fileprivate init?(term: Term) {
        switch term.kind {
        case .string(let text): self = .string(text)
        case .number(let text): self = .number(text)
        case .boolean(let value): self = .boolean(value)
        case .null: self = .null
        default: return nil
        }
    }
}

extension RegoType {
    /// The type with another one at a path below it.
    fileprivate func replacing(_ path: ArraySlice<TypeKey>, by type: RegoType) -> RegoType {
        guard let first = path.first else { return type }
        guard case .object(let object) = self else {
            return Self.nested(path, type, dynamic: .init(key: .any, value: .any))
        }
        var properties = object.properties
        if let index = properties.firstIndex(where: { TypeKey.compare($0.key, first) == 0 }) {
            let inner = path.count == 1 ? type : (properties[index].value ?? .any).replacing(path.dropFirst(), by: type)
            properties[index] = .init(key: first, value: inner)
        } else if case .object(let added) = Self.nested(path, type, dynamic: object.dynamic) {
            properties += added.properties
        }
        return .object(of: properties, dynamic: object.dynamic)
    }

    private static func nested(_ path: ArraySlice<TypeKey>, _ type: RegoType, dynamic: ObjectType.Dynamic?) -> RegoType {
        path.reversed().reduce(type) { inner, key in .object(of: [.init(key: key, value: inner)], dynamic: dynamic) }
    }
}
