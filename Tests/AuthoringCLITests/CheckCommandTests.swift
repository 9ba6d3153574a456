import Testing

@Suite("ward check")
struct CheckCommandTests {
    private let folder = TemporaryFolder()

    @Test("What compiles is passed over in silence")
    func passes() {
        folder.write("a.rego", "package a\n\nallow if input.x == 1\n")
        folder.write("data.json", "not JSON: a check reads modules alone")
        let outcome = Ward.run("check", folder.path)
        #expect(outcome.status == 0)
        #expect(outcome.output + outcome.errors == "")
    }

    @Test("Parse errors of all files, with the line and the place")
    func parseErrors() {
        let first = folder.write("a.rego", "package a\n\np if {\n\tq := \n}\n")
        let second = folder.write("b.rego", "package b\n\np { true }\n")
        let outcome = Ward.run("check", folder.path)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == """
                2 errors occurred during loading:
                \(first):5: rego_parse_error: unexpected } token
                	}
                	^
                \(second):3: rego_parse_error: `if` keyword is required before rule body
                	p { true }
                	^

                """)
    }

    @Test("The JSON form has code, place and details")
    func json() {
        let path = folder.write("a.rego", "package a\n\np if {\n\tq := \n}\n")
        let outcome = Ward.run("check", "-f", "json", path)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == """
                {
                  "errors": [
                    {
                      "message": "unexpected } token",
                      "code": "rego_parse_error",
                      "location": {
                        "file": "\(path)",
                        "row": 5,
                        "col": 1
                      },
                      "details": {
                        "line": "}",
                        "idx": 0
                      }
                    }
                  ]
                }

                """)
    }

    @Test("Strict mode, and the number of errors")
    func strict() {
        let path = folder.write("a.rego", "package a\n\np if {\n\tx := 1\n\ty := 2\n}\n")
        #expect(Ward.run("check", path).status == 0)
        let strict = Ward.run("check", "--strict", path)
        #expect(strict.status == 1)
        #expect(strict.errors.hasPrefix("2 errors occurred:\n\(path):4: rego_compile_error: assigned var x unused\n"))
        let limited = Ward.run("check", "-S", "-m", "1", path)
        #expect(
            limited.errors
                == "2 errors occurred:\n\(path):4: rego_compile_error: assigned var x unused\nrego_compile_error: error limit reached\n")
    }

    @Test("A bundle's rules must not be where its data are")
    func bundle() {
        folder.write("a/data.json", "{\"p\": 1}")
        folder.write("a/other.json", "not read")
        folder.write("a/p.rego", "package a\n\np := 2\n")
        #expect(Ward.run("check", folder.path).status == 0)
        let outcome = Ward.run("check", "-b", folder.path)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("conflicting rule for data path a/p found"))
    }
}
