// swift-tools-version: 6.2
import PackageDescription

// A program of your own that decides with Ward's engine. In your package, the dependency is `.package(url: …, from: …)`.
let package = Package(
    name: "embedding",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "ward", path: "../..")],
    targets: [.executableTarget(name: "embedding", dependencies: [.product(name: "Rego", package: "ward")])]
)
