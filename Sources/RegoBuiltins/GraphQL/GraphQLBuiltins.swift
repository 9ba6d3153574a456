@_spi(Engine) package import RegoRuntime

/// `graphql.parse_query` … (OPA: "GraphQL").
package enum GraphQLBuiltins {
    package static let definitions: [BuiltinDefinition] = [
        BuiltinDefinition("graphql.parse_query", arity: 1) { parse(BuiltinCall($0), query) },
        BuiltinDefinition("graphql.parse_schema", arity: 1) { parse(BuiltinCall($0), schema) },
        BuiltinDefinition("graphql.parse", arity: 2) { parseBoth(BuiltinCall($0)) },
        BuiltinDefinition("graphql.parse_and_verify", arity: 2) { parseAndVerify(BuiltinCall($0)) },
        BuiltinDefinition("graphql.is_valid", arity: 2) {
            let call = BuiltinCall($0)
            call.return((try? verified(call[0], call[1], in: call.arena)) != nil)
        },
        BuiltinDefinition("graphql.schema_is_valid", arity: 1) {
            let call = BuiltinCall($0)
            call.return((try? GraphQLSchema(schema(call[0], in: call.arena))) != nil)
        },
    ]

    private static func document(
        _ value: Value, _ form: GraphQLNode.Form, in arena: Arena, _ parse: ([UInt8]) throws(GraphQLFault) -> GraphQLNode
    ) throws(GraphQLFault) -> GraphQLNode {
        guard value.isString else { return try GraphQLNode(value, form, in: arena) }
        do throws(GraphQLFault) {
            return try parse(value.byteArray)
        } catch {
            throw GraphQLFault("\(error.message) in GraphQL string at location \(error.line):\(error.column)")
        }
    }

    private static func query(_ value: Value, in arena: Arena) throws(GraphQLFault) -> GraphQLNode {
        try document(value, .query, in: arena) { bytes throws(GraphQLFault) in try GraphQLParser.query(bytes) }
    }

    private static func schema(_ value: Value, in arena: Arena) throws(GraphQLFault) -> GraphQLNode {
        try document(value, .schemaDocument, in: arena) { bytes throws(GraphQLFault) in try GraphQLParser.schema(bytes) }
    }

    private static func parse(_ call: BuiltinCall, _ read: (Value, Arena) throws(GraphQLFault) -> GraphQLNode) {
        guard let text = call.string(0) else { return }
        do throws(GraphQLFault) {
            call.return(try read(text, call.arena).value(in: call.arena))
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    /// Both documents as objects, when the query holds against the schema.
    private static func verified(_ queryValue: Value, _ schemaValue: Value, in arena: Arena) throws(GraphQLFault) -> (Value, Value) {
        let query = try query(queryValue, in: arena)
        let document = try schema(schemaValue, in: arena)
        // Joining definitions with their extensions changes the document: it is written first.
        let objects = (query.value(in: arena), document.value(in: arena))
        let schema: GraphQLSchema
        do throws(GraphQLFault) {
            schema = try GraphQLSchema(document)
        } catch {
            let place = error.line < 0 ? "" : ":\(error.line):\(error.column)"
            throw GraphQLFault("Error in gqlparser SchemaDocument to Schema conversion: input\(place): \(error.message)")
        }
        do throws(GraphQLFault) {
            try GraphQLQueryValidator.check(query, schema)
        } catch {
            var message = error.message
            if message.utf8.last == UInt8(ascii: ".") { message.removeLast() }
            throw GraphQLFault(error.line < 0 ? message : "\(message) in GraphQL string at location \(error.line):\(error.column)")
        }
        return objects
    }

    private static func isDocument(_ value: Value) -> Bool { value.isString || value.tag == .object }

    private static func parseBoth(_ call: BuiltinCall) {
        // OPA counts these operands from 0.
        guard isDocument(call[0]) else { return call.failOperand(-1, "must be one of {string, object} but got \(call[0].typeName)") }
        do throws(GraphQLFault) {
            guard isDocument(call[1]) else {
                // What is wrong with the query comes first.
                _ = try query(call[0], in: call.arena)
                return call.failOperand(0, "must be one of {string, object} but got \(call[1].typeName)")
            }
            let (query, schema) = try verified(call[0], call[1], in: call.arena)
            call.return(.array([query, schema], in: call.arena))
        } catch {
            call.fail(.builtin, error.message)
        }
    }

    private static func parseAndVerify(_ call: BuiltinCall) {
        let empty = ObjectBuilder(in: call.arena).finish()
        let pair = try? verified(call[0], call[1], in: call.arena)
        call.return(.array([.boolean(pair != nil), pair?.0 ?? empty, pair?.1 ?? empty], in: call.arena))
    }
}
