/// A JSON value of a token's header or claims, or of a key set.
package enum JSONClaim: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// A number written without fraction or exponent that fits.
    case integer(Int64)
    /// Any other number, always finite.
    case number(Double)
    case string(String)
    case array([JSONClaim])
    /// Members in the order of the document; names are unique.
    case object([Member])

    /// One member of an object.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONClaim

        /// Creates a member.
        package init(_ name: String, _ value: JSONClaim) {
            self.name = name
            self.value = value
        }
    }

    /// The value of an object's member; `nil` when it is absent or this is no object. Names are compared byte by byte.
    /// - Complexity: O(members).
    package subscript(name: String) -> JSONClaim? {
        guard case .object(let members) = self else { return nil }
        return members.first { sameBytes($0.name, name) }?.value
    }

    /// The text of a string; `nil` for another kind.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements of an array; `nil` for another kind.
    package var elements: [JSONClaim]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

/// Whether two strings are the same bytes; Swift's `==` would accept canonically equivalent ones.
func sameBytes(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
