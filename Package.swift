// swift-tools-version: 6.2
import PackageDescription

// The language core (Rego*, LinearRegex) builds and tests in about a minute when the server's dependencies stay out of the package:
// `WARD_CORE=1 swift test --scratch-path .build-core`; its `ward` has the policy authors' commands alone.
// `WARD_TARGETS=RegoSyntax,RegoSyntaxTests` narrows the package to a few targets.
let chosen = Context.environment["WARD_TARGETS"].map { Set($0.split(separator: ",").map(String.init)) }
let coreOnly = Context.environment["WARD_CORE"] != nil

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]
// Targets that reach memory through pointers spell each such step `unsafe`.
let pointers: [SwiftSetting] = house + [.strictMemorySafety()]

let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let coreDependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/attaswift/BigInt", exact: "6.0.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
]

let coreTargets: [Target] = [
    .target(name: "RegoSyntax", swiftSettings: house),
    .target(name: "RegoRuntime", dependencies: [bigInt], swiftSettings: pointers),
    .target(name: "LinearRegex", swiftSettings: house),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .target(name: "RegoCrypto", dependencies: ["COpenSSL", "RegoRuntime"], swiftSettings: house),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .target(
        name: "RegoHTTP", dependencies: ["CCurl", "RegoRuntime", "RegoYAML", "RegoBuiltins", "RegoCrypto"], swiftSettings: house),
    .target(name: "RegoYAML", dependencies: ["RegoRuntime", yams], swiftSettings: house),
    .target(name: "RegoBuiltins", dependencies: ["RegoRuntime", "RegoYAML", "LinearRegex", bigInt], swiftSettings: house),
    .target(name: "RegoCompiler", dependencies: ["RegoSyntax", "RegoRuntime", "RegoYAML"], swiftSettings: house),
    .target(name: "RegoPartial", dependencies: ["RegoSyntax", "RegoRuntime", "RegoCompiler"], swiftSettings: house),
    .target(
        name: "Rego",
        dependencies: [
            "RegoSyntax", "RegoRuntime", "RegoYAML", "RegoCompiler", "RegoPartial", "RegoBuiltins", "RegoCrypto", "RegoHTTP", "LinearRegex",
        ],
        swiftSettings: house),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
        name: "PolicyBundle", dependencies: ["CZlib", "Rego", "RegoRuntime", "RegoSyntax", "LinearRegex"], swiftSettings: house),
    .target(
        name: "AuthoringCLI",
        dependencies: ["Rego", "RegoRuntime", "RegoSyntax", "RegoCompiler", "PolicyBundle", argumentParser], swiftSettings: house),
    .testTarget(
        name: "AuthoringCLITests", dependencies: ["AuthoringCLI", "Rego", argumentParser], exclude: ["Support/terminal.py"],
        swiftSettings: house),
    .target(name: "AllocationCounter", path: "Tests/Benchmarks/AllocationCounter"),
    .executableTarget(
        name: "benchmarks", dependencies: ["AllocationCounter", "Rego", "RegoRuntime"], path: "Tests/Benchmarks",
        exclude: ["AllocationCounter", "gate", "large_test_set.py", "limits.txt", "loading.py"], swiftSettings: house),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
    .testTarget(name: "RegoSyntaxTests", dependencies: ["RegoSyntax", "TestSupport"], swiftSettings: house),
    .testTarget(name: "RegoRuntimeTests", dependencies: ["RegoRuntime"], swiftSettings: house),
    .testTarget(name: "RegoCompilerTests", dependencies: ["RegoCompiler", "RegoSyntax", "RegoRuntime"], swiftSettings: house),
    .testTarget(name: "RegoCryptoTests", dependencies: ["RegoCrypto", "RegoRuntime"], swiftSettings: house),
    .testTarget(name: "RegoHTTPTests", dependencies: ["RegoHTTP", "RegoRuntime", "Rego"], swiftSettings: house),
    .testTarget(name: "LinearRegexTests", dependencies: ["LinearRegex", "TestSupport"], swiftSettings: house),
    .testTarget(name: "PolicyBundleTests", dependencies: ["PolicyBundle", "CZlib", "Rego", "RegoRuntime"], swiftSettings: house),
    .testTarget(
        name: "RegoTests", dependencies: ["Rego", "TestSupport"], exclude: ["Partial/cases.json"], swiftSettings: house),
    .target(
        name: "FuzzHarness", dependencies: ["Rego", "RegoSyntax", "RegoRuntime", "RegoBuiltins", "RegoCrypto", "TestSupport"],
        path: "Tests/Fuzz/Harness", swiftSettings: house),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzHarness"], path: "Tests/Fuzz/Tests", swiftSettings: house),
    .testTarget(name: "Conformance", dependencies: ["Rego", "RegoSyntax"], path: "Tests/Conformance", swiftSettings: house),
]

// `ward` starts in a few milliseconds because little is left to the dynamic loader: Swift's runtime and the system's libraries are linked
// statically (`Linking` holds linker scripts that stand before the shared ones), no libraries are looked for beside it, the program is at a
// fixed address, and it exports no symbols: Swift's runtime looks for its own place among all of them (40,000) at each start.
let quickStart = [
    "-L\(Context.packageDirectory)/Sources/ward/Linking", "-use-ld=lld",
    "-ld-path=\(Context.packageDirectory)/Sources/ward/Linking/lld-beside-nothing",
    "-static-stdlib", "-lFoundation", "-lFoundationInternationalization", "-lFoundationEssentials", "-lCoreFoundation",
    "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections", "-lswiftSynchronization", "-ldispatch",
    "-lBlocksRuntime", "-lstdc++", "-lm",
    "-Xclang-linker", "-static-libgcc", "-Xclang-linker", "-no-pie", "-Xlinker", "--gc-sections", "-Xlinker", "--no-export-dynamic",
]

// Links libFuzzer's runtime, which only a build with its sanitizer has; `Tests/Fuzz/run` makes one.
let fuzzing: [Target] =
    Context.environment["WARD_FUZZ"] == nil
    ? []
    : [.executableTarget(name: "FuzzDriver", dependencies: ["FuzzHarness"], path: "Tests/Fuzz/Driver", swiftSettings: house)]

let serverDependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let serverTargets: [Target] = [
    .target(name: "Gatekeeper", dependencies: ["Rego"], swiftSettings: house),
    .target(name: "CImaging", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "Imaging", dependencies: ["CImaging"], swiftSettings: house),
    .target(name: "DecisionLog", dependencies: [grdb], swiftSettings: house),
    .target(
        name: "PolicyServer",
        dependencies: [
            "Rego", "RegoCrypto", "RegoYAML", "Gatekeeper", "Imaging", "DecisionLog",
            "RegoRuntime", "RegoSyntax",
            .product(name: "Hummingbird", package: "hummingbird"),
            .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "HummingbirdTLS", package: "hummingbird"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "Logging", package: "swift-log"),
            .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            .product(name: "HTTPTypes", package: "swift-http-types"),
        ], swiftSettings: house),
    .target(
        name: "WardCLI",
        dependencies: [
            "AuthoringCLI", "Rego", "RegoRuntime", "PolicyServer", "DecisionLog", "Imaging", argumentParser,
            .product(name: "Logging", package: "swift-log"),
        ],
        swiftSettings: house),
    .executableTarget(
        name: "ward", dependencies: ["WardCLI"], exclude: ["Linking"], swiftSettings: house, linkerSettings: [.unsafeFlags(quickStart)]),
    .testTarget(name: "GatekeeperTests", dependencies: ["Gatekeeper", "Rego"], swiftSettings: house),
    .testTarget(name: "ImagingTests", dependencies: ["Imaging"], swiftSettings: house),
    .testTarget(name: "DecisionLogTests", dependencies: ["DecisionLog", grdb], swiftSettings: house),
    .testTarget(name: "PolicyServerTests", dependencies: ["PolicyServer", "DecisionLog", "Imaging", "Rego"], swiftSettings: house),
    .testTarget(name: "EndToEnd", dependencies: ["DecisionLog"], path: "Tests/EndToEnd", swiftSettings: house),
]

// The authors' commands without the server, for work on the language.
let authoringProgram: [Target] = [
    .executableTarget(
        name: "ward", dependencies: ["AuthoringCLI"], exclude: ["Linking"], swiftSettings: house + [.define("AUTHORING_ONLY")],
        linkerSettings: [.unsafeFlags(quickStart, .when(configuration: .release))])
]

let package = Package(
    name: "ward",
    platforms: [.macOS(.v15)],
    products: chosen != nil ? [] : [.library(name: "Rego", targets: ["Rego"]), .executable(name: "ward", targets: ["ward"])],
    dependencies: coreOnly ? coreDependencies : coreDependencies + serverDependencies,
    targets: (coreTargets + fuzzing + (coreOnly ? authoringProgram : serverTargets)).filter { chosen?.contains($0.name) ?? true }
)
