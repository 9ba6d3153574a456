import RegoCompiler
@_spi(Engine) import RegoRuntime
import RegoSyntax
import Testing

@Suite("Syntax trees as JSON") struct SyntaxTreeTests {
    private func tree(_ text: String, locations: Bool = false, comments: Bool = true) throws -> SyntaxJSON {
        let file = SourceFile(name: "p.rego", text: text)
        let (module, annotations, _) = ModuleReader.read(file, id: FileID(0))
        let parsed = try #require(module)
        return SyntaxTree(locationsIn: locations ? file : nil).json(parsed, annotations: annotations, includesComments: comments)
    }

    @Test func membersStandInOPAsOrder() throws {
        let text = try tree("package p\n\nr := \"<\" # c\n").text()
        #expect(
            text == """
                {
                  "package": {
                    "path": [
                      {
                        "type": "var",
                        "value": "data"
                      },
                      {
                        "type": "string",
                        "value": "p"
                      }
                    ]
                  },
                  "rules": [
                    {
                      "body": [
                        {
                          "index": 0,
                          "terms": {
                            "type": "boolean",
                            "value": true
                          }
                        }
                      ],
                      "head": {
                        "name": "r",
                        "value": {
                          "type": "string",
                          "value": "\\u003c"
                        },
                        "assign": true,
                        "ref": [
                          {
                            "type": "var",
                            "value": "r"
                          }
                        ]
                      }
                    }
                  ],
                  "comments": [
                    {
                      "Text": "IGM=",
                      "Location": {
                        "file": "",
                        "row": 3,
                        "col": 10
                      }
                    }
                  ]
                }
                """)
    }

    @Test func numbersKeepTheirTextAndObjectsTheirOrder() throws {
        let value = try tree("package p\n\nr := {\"b\": 1.50, \"a\": {3, 1e2}}\n", comments: false).value
        let term = value["rules"]?[0]?["head"]?["value"]
        #expect(term?["type"] == "object")
        #expect(term?["value"]?[0]?[0]?["value"] == "a")
        #expect(term?["value"]?[0]?[1]?["value"]?[0]?["value"] == 3)
    }

    @Test func locationsQuoteTheText() throws {
        let value = try tree("package p\n\nr := 1\n", locations: true).value
        let location = value["rules"]?[0]?["head"]?["value"]?["location"]
        #expect(location == ["file": "p.rego", "row": 3, "col": 6, "text": "MQ=="])
    }

    @Test func theOutlineIndentsEachNode() throws {
        let file = SourceFile(name: "p.rego", text: "package p\n\nr if not x with input as 1\n")
        let (module, _, _) = ModuleReader.read(file, id: FileID(0))
        let outline = SyntaxOutline.text(of: try #require(module), annotations: 0, includesComments: true)
        #expect(
            outline == """
                module
                 package
                  ref
                   data
                   "p"
                 rule
                  head
                   ref
                    r
                   true
                  body
                   expr negated index=0
                    x
                    with
                     ref
                      input
                     1

                """)
    }
}
