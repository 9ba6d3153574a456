/// Instruction numbers in the order of insertion; clearing costs nothing.
struct SparseSet {
    private(set) var members: [Int32]
    private var places: [Int32]
    private(set) var count = 0

    init(capacity: Int) {
        members = [Int32](repeating: 0, count: capacity)
        places = [Int32](repeating: 0, count: capacity)
    }

    /// Whether the member is new.
    @inline(__always)
    mutating func insert(_ member: Int32) -> Bool {
        let place = Int(places[Int(member)])
        if place < count, members[place] == member { return false }
        places[Int(member)] = Int32(count)
        members[count] = member
        count += 1
        return true
    }

    mutating func removeAll() {
        count = 0
    }
}
