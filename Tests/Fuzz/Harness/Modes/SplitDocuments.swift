import Rego
@_spi(Engine) import RegoRuntime
import TestSupport

/// An object that is cut into documents, among broken ones and ones that conflict, and put together again as the loader does it.
struct SplitDocuments {
    /// A document, and the names below `data` where it goes.
    private struct Part {
        var names: [String] = []
        var value: RegoValue
    }

    private let whole: RegoValue
    private var random: XorShift

    /// - Parameter bytes: what decides the cuts.
    init(_ whole: RegoValue, cutBy bytes: [UInt8]) {
        self.whole = whole
        var seed: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { seed = (seed ^ UInt64(byte)) &* 0x0100_0000_01B3 }
        random = XorShift(state: seed | 1)
    }

    /// Whether the parts make the whole, and nothing else.
    ///
    /// - Returns: what is wrong; `nil` if nothing is.
    mutating func check() -> String? {
        guard case .object(let members) = whole else { return nil }
        let count = 2 + below(5)
        let parts = cut(whole, into: count).map { peeled($0 ?? .object([:])) }.shuffled(using: &random)
        let builder = BaseDataBuilder(documents: count)
        for part in parts {
            if below(3) == 0, let complaint = addBroken(part, to: builder) { return complaint }
            if let problem = add(part, to: builder) { return "a part does not fit: \(problem), at \(part.names)" }
        }
        if let key = members.keys.first?.string, let complaint = addConflicting(key, to: builder) { return complaint }
        let data = builder.finish()
        // Members that one document has in another order than the whole are in one order when they are written.
        if data.value != whole { return "the parts make \(data.value.json().prefix(300))" }
        guard String(decoding: data.json(), as: UTF8.self) == whole.json() else { return "the parts are written in another way" }
        return data.keys(at: []).count == members.count ? nil : "the parts have other keys"
    }

    private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    /// Each document's part of a value; `nil` for those that have none of it.
    private mutating func cut(_ value: RegoValue, into count: Int) -> [RegoValue?] {
        var parts = [RegoValue?](repeating: nil, count: count)
        guard case .object(let members) = value, !members.isEmpty, below(4) > 0 else {
            parts[below(count)] = value
            return parts
        }
        var objects = [[RegoValue: RegoValue]](repeating: [:], count: count)
        // In an order that does not depend on the process's hashes.
        for (key, member) in members.sorted(by: { $0.key.json().utf8.lexicographicallyPrecedes($1.key.json().utf8) }) {
            for (index, part) in cut(member, into: count).enumerated() where part != nil { objects[index][key] = part }
        }
        for index in 0..<count where !objects[index].isEmpty { parts[index] = .object(objects[index]) }
        return parts
    }

    /// A part whose outermost objects of one member are names that lead to it.
    private mutating func peeled(_ value: RegoValue) -> Part {
        var part = Part(value: value)
        while case .object(let members) = part.value, members.count == 1, let (key, inner) = members.first, let name = key.string,
            below(2) == 0
        {
            part.names.append(name)
            part.value = inner
        }
        return part
    }

    private mutating func add(_ part: Part, to builder: BaseDataBuilder) -> String? {
        do throws(BaseDataBuilder.Problem) {
            let text = Array(part.value.json().utf8)
            // Documents of bundles are frozen before they are merged.
            if below(3) == 0, case .object = part.value {
                try builder.add(BaseData(part.value), at: part.names)
            } else {
                try builder.add(text[...], .json, at: part.names)
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Adds a part's text with a fault, which is refused whole.
    private mutating func addBroken(_ part: Part, to builder: BaseDataBuilder) -> String? {
        let text = part.value.json()
        let broken =
            switch below(3) {
            case 0: "{\"new\": 1, \"newer\": \(text), \"newest\" 2}"
            case 1: "{\"new\": {\"a\": \(text)}, \"newer\": \(text.dropLast())"
            default: "{\"new\": \(text)} \(text)"
            }
        do throws(BaseDataBuilder.Problem) {
            try builder.add(Array(broken.utf8)[...], .json, at: part.names)
            return "reads \(broken.prefix(300))"
        } catch {
            if case .unreadable(let message) = error, !message.isEmpty { return nil }
            return "refuses a broken part with \(error)"
        }
    }

    /// Adds an object whose members are new but for one, where there is a value already.
    private mutating func addConflicting(_ key: String, to builder: BaseDataBuilder) -> String? {
        var conflict: [RegoValue: RegoValue] = ["\u{1} new": .object(["a": 1]), "\u{1} newer": 2]
        for name in conflict.keys where whole[name] != nil { conflict[name] = nil }
        conflict[.string(key)] = 1
        let object = RegoValue.object(conflict)
        do throws(BaseDataBuilder.Problem) {
            try builder.add(Array(object.json().utf8)[...], .json, at: [])
            return "takes two values of \(key)"
        } catch {
            if case .conflict(let place) = error, place.count == 1, place[0].utf8.elementsEqual(key.utf8) { return nil }
            return "refuses two values of \(key) with \(error)"
        }
    }
}
