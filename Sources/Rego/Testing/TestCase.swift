/// A test: a rule whose name begins with `test_`, or with `todo_test_` if it is to be skipped.
public struct TestCase: Sendable, Hashable {
    /// The package with `data`: `data.authz_test`.
    public let package: String
    /// The rule's name; the second and further definitions of one name are numbered: `test_allow#01`.
    public let name: String
    /// The file that the rule stands in.
    public let file: String
    /// The rule's line, from 1.
    public let row: Int
    /// The rule's column, from 1.
    public let column: Int
    /// The name begins with `todo_`: the test is reported but not run.
    public let isSkipped: Bool
    /// The rule has cases, such as `test_concat[case.note] if …`.
    public let hasCases: Bool

    /// The package and the name: `data.authz_test.test_allow`.
    public var fullName: String { "\(package).\(name)" }
}
