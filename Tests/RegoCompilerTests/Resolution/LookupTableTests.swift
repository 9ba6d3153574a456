import RegoCompiler
import Testing

@Suite struct LookupTableTests {
    @Test(arguments: [0, 1, 8, 9, 16, 17, 1000])
    func findsWhatWasSet(count: Int) {
        var table = LookupTable<String, Int>()
        for number in 0..<count { table.set("key \(number)", to: number) }
        for number in 0..<count where number % 3 == 0 { table.set("key \(number)", to: -number) }
        #expect(table.count == count && table.isEmpty == (count == 0))
        for number in 0..<count { #expect(table["key \(number)"] == (number % 3 == 0 ? -number : number)) }
        #expect(table["key \(count)"] == nil)
        #expect(table.entries.map(\.key) == (0..<count).map { "key \($0)" })
    }

    @Test func copiesAreIndependent() {
        var table = LookupTable<Int, [Int]>()
        for number in 0..<20 { table[number % 10, default: []].append(number) }
        #expect(table[3] == [3, 13] && table.count == 10)
        var other = table
        other[3, default: []].append(23)
        other[30, default: [1]].append(2)
        #expect(table[3] == [3, 13] && other[3] == [3, 13, 23] && table[30] == nil && other[30] == [1, 2])
        table.removeAll()
        #expect(table.isEmpty && table[3] == nil && other.count == 11)
        table.set(3, to: [])
        #expect(table[3] == [] && table.count == 1)
    }
}
