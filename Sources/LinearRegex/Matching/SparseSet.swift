/// Instruction numbers in the order of insertion; clearing costs nothing.
///
/// A class over raw memory: arrays here cost a reference count and a uniqueness check for each access.
final class SparseSet {
    let members: UnsafeMutablePointer<Int32>
    private let places: UnsafeMutablePointer<Int32>
    private(set) var count = 0

    init(capacity: Int) {
        members = .allocate(capacity: capacity)
        members.initialize(repeating: 0, count: capacity)
        places = .allocate(capacity: capacity)
        places.initialize(repeating: 0, count: capacity)
    }

    deinit {
        members.deallocate()
        places.deallocate()
    }

    /// Whether the member is new.
    @inline(__always)
    func insert(_ member: Int32) -> Bool {
        let place = Int(places[Int(member)])
        if place < count, members[place] == member { return false }
        places[Int(member)] = Int32(count)
        members[count] = member
        count += 1
        return true
    }

    func removeAll() {
        count = 0
    }
}
