/// Builds and verifies the chain from a certificate to a root, by Go's rules (`x509.Certificate.Verify`).
struct ChainVerifier {
    /// What the verification is to hold for.
    struct Options {
        /// The name that the certificate must be for; empty for any.
        var host = ""
        /// Nanoseconds since 1970.
        var time: Int64
        /// Go's numbers of extended key usages; one of them must be allowed all along the chain. Empty for server authentication.
        var usages: [Int] = []
        /// Comparisons of names with constraints; 0 for Go's default.
        var comparisonLimit = 0
    }

    private enum Place { case leaf, intermediate, root }

    /// Signatures that are checked for one certificate: chains of chains would ask for many.
    private static let signatureLimit = 100

    private let root: CertificateFacts
    private let intermediates: [CertificateFacts]
    private let options: Options
    private var signatures = 0

    private init(root: CertificateFacts, intermediates: [CertificateFacts], options: Options) {
        self.root = root
        self.intermediates = intermediates
        self.options = options
    }

    /// The first chain from the last certificate to the first one; `nil` if there is none.
    ///
    /// - Parameter certificates: the root, intermediates in any order, the certificate to verify.
    static func chain(_ certificates: [CertificateFacts], _ options: Options) -> [CertificateFacts]? {
        guard certificates.count >= 2, let root = certificates.first, let leaf = certificates.last else { return nil }
        var verifier = ChainVerifier(root: root, intermediates: Array(certificates.dropFirst().dropLast()), options: options)
        guard verifier.isValid(leaf, .leaf, below: []) else { return nil }
        guard options.host.isEmpty || HostNames.matches(options.host, leaf) else { return nil }
        let chains = root.bytes == leaf.bytes ? [[leaf]] : verifier.chains(from: leaf, below: [leaf])
        let usages = options.usages.isEmpty ? [1] : options.usages
        if usages.contains(0) { return chains.first }
        return chains.first { allows(usages, $0) }
    }

    private mutating func chains(from certificate: CertificateFacts, below chain: [CertificateFacts]) -> [[CertificateFacts]] {
        var found: [[CertificateFacts]] = []
        for (parent, place) in [(root, Place.root)] + sorted(intermediates, for: certificate).map({ ($0, Place.intermediate) }) {
            guard parent.subject == certificate.issuer, !chain.contains(where: { $0.isSame(as: parent) }) else { continue }
            signatures += 1
            guard signatures <= Self.signatureLimit else { return found }
            guard certificate.isSigned(by: parent), isValid(parent, place, below: chain) else { continue }
            if place == .root { found.append(chain + [parent]) } else { found += chains(from: parent, below: chain + [parent]) }
        }
        return found
    }

    /// Parents whose key is the one that the certificate names come first, those with another key last.
    private func sorted(_ parents: [CertificateFacts], for certificate: CertificateFacts) -> [CertificateFacts] {
        func rank(_ parent: CertificateFacts) -> Int {
            if parent.subjectKey.isEmpty || certificate.authorityKey.isEmpty {
                return parent.subjectKey.isEmpty && certificate.authorityKey.isEmpty ? 0 : 1
            }
            return parent.subjectKey == certificate.authorityKey ? 0 : 2
        }
        return (0...2).flatMap { wanted in parents.filter { rank($0) == wanted } }
    }

    private func isValid(_ certificate: CertificateFacts, _ place: Place, below chain: [CertificateFacts]) -> Bool {
        if certificate.hasUnknownCriticalExtension { return false }
        // Seconds are compared with nanoseconds: a certificate is good to the very beginning of its last second.
        let (seconds, part) = options.time.quotientAndRemainder(dividingBy: 1_000_000_000)
        if (seconds, part) < (certificate.notBefore, 0) || (seconds, part) > (certificate.notAfter, 0) { return false }
        if place != .leaf, certificate.hasConstraints {
            var checker = ConstraintChecker(
                limit: options.comparisonLimit, permitted: certificate.permitted, excluded: certificate.excluded)
            for below in chain where below.alternativeNames != nil && !checker.allows(below.names) { return false }
        }
        if place == .intermediate, !certificate.hasBasicConstraints || !certificate.isAuthority { return false }
        if certificate.hasBasicConstraints, certificate.pathLength >= 0, chain.count - 1 > certificate.pathLength { return false }
        return true
    }

    /// Whether one of the usages is allowed by every certificate of the chain.
    private static func allows(_ usages: [Int], _ chain: [CertificateFacts]) -> Bool {
        var left = usages
        for certificate in chain.reversed() where certificate.hasExtendedUsage && !certificate.extendedUsages.contains(0) {
            left.removeAll { !certificate.extendedUsages.contains($0) }
            if left.isEmpty { return false }
        }
        return true
    }
}
