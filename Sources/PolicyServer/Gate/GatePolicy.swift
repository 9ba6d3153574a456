import Gatekeeper
import Rego
import RegoSyntax

/// Asks the policy, and settles how much of the answer the caller may see. Knows no files and no HTTP.
struct GatePolicy {
    /// What the policy said.
    enum Verdict: Sendable, Equatable {
        case allowed
        case denied
        case undefined
        /// An error or a limit.
        case failed(String)
    }

    /// What the policy said about the image as it is, and what the caller may be told.
    struct Ruling: Sendable {
        let verdict: Verdict
        let reasons: [String]
        /// The caller may learn what is wrong with the image.
        let mayKnow: Bool
        /// The verdict and reasons to show: those on the image if the caller may know, else those on an image nobody knows.
        let shownVerdict: Verdict
        let shownReasons: [String]
    }

    let snapshot: Snapshot
    let configuration: ServerConfiguration.Gate
    let limits: EvaluationLimits
    let metrics: ServerMetrics

    /// Whether a ruling may wait for another machine.
    var canBlock: Bool {
        let paths = [configuration.allow, configuration.reasons] + (configuration.disclose.map { [$0] } ?? [])
        return paths.contains { (try? snapshot.prepared(DocumentPath($0)))?.query.canBlock == true }
    }

    /// Rules on a request.
    ///
    /// A refusal takes the same evaluations whatever the image is, so that neither its text nor its work tells an unknown image from
    /// a forbidden one.
    ///
    /// - Parameters:
    ///   - input: the whole input for given `input.data`.
    func rule(actual: JSON, unknown: JSON, supposed: [JSON], input: (JSON) -> [UInt8]) -> Ruling {
        let document = input(actual)
        let verdict = verdict(configuration.allow, document)
        guard verdict != .allowed else {
            return Ruling(verdict: .allowed, reasons: [], mayKnow: true, shownVerdict: .allowed, shownReasons: [])
        }
        let reasons = reasons(document)
        let blind = input(unknown)
        let blindVerdict = self.verdict(configuration.allow, blind)
        let blindReasons = self.reasons(blind)
        var mayKnow = blindVerdict == .allowed
        if let disclose = configuration.disclose {
            if self.verdict(disclose, blind) == .allowed { mayKnow = true }
        } else {
            for data in supposed where self.verdict(configuration.allow, input(data)) == .allowed { mayKnow = true }
        }
        return Ruling(
            verdict: verdict, reasons: reasons, mayKnow: mayKnow, shownVerdict: mayKnow ? verdict : blindVerdict,
            shownReasons: mayKnow ? reasons : blindReasons)
    }

    private func verdict(_ path: [String], _ input: [UInt8]) -> Verdict {
        do {
            guard let result = try evaluate(path, input) else { return .undefined }
            return result.elementsEqual("true".utf8) ? .allowed : .denied
        } catch let error as EvaluationError {
            return .failed(error.description)
        } catch {
            return .failed("the policy could not be prepared")
        }
    }

    /// The strings of the reasons' set; none when it is undefined or anything else.
    private func reasons(_ input: [UInt8]) -> [String] {
        guard let result = try? evaluate(configuration.reasons, input), let list = try? JSONSlice(text: result) else { return [] }
        return (list.elements ?? []).compactMap(\.string)
    }

    private func evaluate(_ path: [String], _ input: [UInt8]) throws -> [UInt8]? {
        let document = DocumentPath(path)
        let query = try snapshot.prepared(document).query
        let start = ContinuousClock.now
        defer { metrics.evaluation[document.description].record(.now - start) }
        return try query.evaluateJSON(.json(input), limits: limits)
    }
}
