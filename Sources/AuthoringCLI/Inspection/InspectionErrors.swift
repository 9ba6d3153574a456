import RegoRuntime

/// Errors as the commands that look into policies print them: a JSON document on standard error.
enum InspectionErrors {
    static func print(_ errors: [EvalError]) {
        let list = errors.map { error in
            var members: [(String, OrderedJSON)] = [("message", .value(.string(error.message)))]
            if let code = error.code { members.append(("code", .value(.string(code)))) }
            if error.row > 0 {
                let place: [(String, OrderedJSON)] = [
                    ("file", .value(.string(error.file))), ("row", .integer(error.row)), ("col", .integer(error.column)),
                ]
                members.append(("location", .object(place)))
            }
            return OrderedJSON.object(members)
        }
        Console.printError(OrderedJSON.object([("errors", .array(list))]).json(pretty: true))
    }
}
