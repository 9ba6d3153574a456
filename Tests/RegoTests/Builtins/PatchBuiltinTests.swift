import Testing

@Suite("json.patch on the root document")
struct PatchBuiltinTests {
    @Test(
        "A root that was removed can only be set anew",
        arguments: [
            (#"json.patch({"a": {"b": 1}}, [{"op": "move", "path": [], "from": ["a"]}])"#, #"{"b":1}"#),
            (#"json.patch([1], [{"op": "move", "path": "", "from": ""}])"#, "[1]"),
            (#"json.patch({"a": 1}, [{"op": "remove", "path": []}, {"op": "add", "path": [], "value": 3}])"#, "3"),
            (#"json.patch({"a": 1}, [{"op": "replace", "path": [], "value": 4}])"#, "4"),
        ])
    func applies(query: String, value: String) { #expect(BuiltinHarness.answer(query) == value) }
}
