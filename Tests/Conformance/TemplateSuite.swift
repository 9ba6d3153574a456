import FoundationEssentials
import Rego
@_spi(Engine) import RegoRuntime
import Testing

/// A suite of the template library (`gator verify`): templates, constraints, and objects with what is expected of them.
struct TemplateSuite {
    let tests: [Test]

    init(folder: String) throws {
        let suite = try #require(try Self.documents(folder + "/suite.yaml").first)
        tests = try (suite["tests"]?.array ?? []).map { try Test($0, folder: folder) }
    }

    /// The documents of a YAML file.
    static func documents(_ path: String) throws -> [RegoValue] {
        let text = String(decoding: try Loader.read(path), as: UTF8.self)
        var parts: [String] = [""]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("---") { parts.append("") } else { parts[parts.count - 1] += line + "\n" }
        }
        return try parts.map { try Loader.parseYAML(Array($0.utf8), path: path) }.filter { $0["kind"] != nil }
    }

    /// One constraint and its cases.
    struct Test {
        let folder: String
        let name: String
        let modules: [Policy.Module]
        let package: String
        let parameters: RegoValue
        let cases: [RegoValue]

        init(_ test: RegoValue, folder: String) throws {
            self.folder = folder
            let name = try #require(test["name"]?.string)
            self.name = name
            let template = try #require(try TemplateSuite.documents(folder + "/" + (test["template"]?.string ?? "")).first)
            let target = try #require(template["spec"]?["targets"]?[0])
            let source = try #require(
                target["rego"] != nil ? target : target["code"]?.array?.first { $0["engine"]?.string == "Rego" }?["source"])
            let texts = [try #require(source["rego"]?.string)] + (source["libs"]?.array ?? []).compactMap(\.string)
            modules = texts.enumerated().map { Policy.Module(name: "\(name)-\($0.offset).rego", text: $0.element) }
            let line = try #require(texts[0].split(separator: "\n").first { $0.hasPrefix("package ") })
            package = line.dropFirst("package ".count).filter { $0 != " " && $0 != "\r" }
            let constraint = try #require(try TemplateSuite.documents(folder + "/" + (test["constraint"]?.string ?? "")).first)
            parameters = constraint["spec"]?["parameters"] ?? .object([:])
            cases = test["cases"]?.array ?? []
        }

        /// What is wrong with each case.
        ///
        /// - Throws: what a template's compilation or evaluation says: none may fail.
        func run() throws -> [(name: String, why: String?)] {
            try cases.map { sample in
                var inventory = RegoValue.object([:])
                for path in sample["inventory"]?.array ?? [] {
                    for object in try TemplateSuite.documents(folder + "/" + (path.string ?? "")) { Self.add(object, to: &inventory) }
                }
                let policy = try Policy(
                    modules: modules, data: .object(["inventory": inventory]), options: Policy.Options(version: .v0))
                let query = try policy.prepare(query: "data.\(package).violation")
                let object = try #require(try TemplateSuite.documents(folder + "/" + (sample["object"]?.string ?? "")).first)
                let input = RegoValue.object(["review": Self.review(of: object), "parameters": parameters])
                let found = try query.evaluate(.value(input)).value?.set?.count ?? 0
                return ("\(name)/\(sample["name"]?.string ?? "")", Self.compare(found, sample["assertions"]?.array ?? []))
            }
        }

        private static func compare(_ found: Int, _ assertions: [RegoValue]) -> String? {
            for assertion in assertions {
                switch assertion["violations"] {
                case .boolean(let some)?: if some != (found > 0) { return "wanted \(some), got \(found)" }
                case .string("yes")?: if found == 0 { return "wanted violations, got none" }
                case .string("no")?: if found > 0 { return "wanted no violation, got \(found)" }
                case .number(let count)?:
                    if assertion["message"] == nil, count.int64 != Int64(found) { return "wanted \(count), got \(found)" }
                default: if found == 0 { return "wanted violations, got none" }
                }
            }
            return nil
        }

        /// What Gatekeeper asks about: the request of an AdmissionReview, or one that creates the object.
        private static func review(of object: RegoValue) -> RegoValue {
            let isReview = object["kind"]?.string == "AdmissionReview"
            var request = isReview ? object["request"]?.object ?? [:] : ["object": object, "operation": "CREATE"]
            let subject = request["object"] ?? request["oldObject"] ?? .object([:])
            let version = subject["apiVersion"]?.string ?? ""
            let parts = version.split(separator: "/").map(String.init)
            if request["kind"] == nil {
                request["kind"] = .object([
                    "group": .string(parts.count > 1 ? parts[0] : ""), "version": .string(parts.last ?? ""),
                    "kind": subject["kind"] ?? .null,
                ])
            }
            if request["name"] == nil { request["name"] = subject["metadata"]?["name"] }
            if request["namespace"] == nil { request["namespace"] = subject["metadata"]?["namespace"] }
            return .object(request)
        }

        private static func add(_ object: RegoValue, to inventory: inout RegoValue) {
            let place = object["metadata"]?["namespace"]?.string.map { ["namespace", $0] } ?? ["cluster"]
            let keys =
                place + [
                    object["apiVersion"]?.string ?? "", object["kind"]?.string ?? "", object["metadata"]?["name"]?.string ?? "",
                ]
            inventory = put(object, at: keys[...], in: inventory)
        }

        private static func put(_ object: RegoValue, at keys: ArraySlice<String>, in tree: RegoValue) -> RegoValue {
            guard let key = keys.first else { return object }
            var members = tree.object ?? [:]
            members[.string(key)] = put(object, at: keys.dropFirst(), in: members[.string(key)] ?? .object([:]))
            return .object(members)
        }
    }
}
