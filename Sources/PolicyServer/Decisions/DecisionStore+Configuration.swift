import DecisionLog

extension DecisionStore.Options {
    /// The options of a configured log.
    ///
    /// - Throws: `DecisionLogError` for a pointer that names nothing.
    init(_ configuration: ServerConfiguration.Log) throws(DecisionLogError) {
        self.init()
        let pointers = Self.kubernetesSecrets + configuration.mask
        masker = try Masker(rules: pointers.map { MaskRule(.pointer($0)) })
    }

    /// What an AdmissionReview of a Secret carries in the clear, and the copy that `kubectl apply` keeps. ConfigMaps are masked with it:
    /// a pointer cannot ask for the kind, and secrets are kept in them too.
    private static let kubernetesSecrets = ["object", "oldObject"].flatMap { object in
        ["data/*", "stringData/*", "metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"].map {
            "/input/request/\(object)/\($0)"
        }
    }
}
