// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that Ward's own builds and tests have nothing to do with it: `run` builds it.
let package = Package(
    name: "policysets",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "ward", path: "../..")],
    targets: [.executableTarget(name: "policysets", dependencies: [.product(name: "Rego", package: "ward")])]
)
