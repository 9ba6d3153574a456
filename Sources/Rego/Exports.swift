// Whoever embeds the engine writes `import Rego` alone. The types of the library's surface live in the modules where they are fast
// (values) or closest to what they describe (diagnostics), and under MemberImportVisibility a typealias would hide their members.
// Both modules make public only what the library's users call.
@_exported public import RegoRuntime
@_exported public import RegoSyntax
