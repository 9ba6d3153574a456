/// Instruction numbers in the order of insertion; clearing costs nothing.
///
/// A class over raw memory without stored variables: arrays here cost a reference count and a uniqueness check for each access, variables
/// a check for exclusive access.
final class SparseSet {
    let members: UnsafeMutablePointer<Int32>
    private let places: UnsafeMutablePointer<Int32>
    private let counter: UnsafeMutablePointer<Int>

    var count: Int { counter.pointee }

    init(capacity: Int) {
        members = .allocate(capacity: capacity)
        members.initialize(repeating: 0, count: capacity)
        places = .allocate(capacity: capacity)
        places.initialize(repeating: 0, count: capacity)
        counter = .allocate(capacity: 1)
        counter.initialize(to: 0)
    }

    deinit {
        members.deallocate()
        places.deallocate()
        counter.deallocate()
    }

    /// Whether the member is new.
    @inline(__always)
    func insert(_ member: Int32) -> Bool {
        let place = Int(places[Int(member)])
        let count = counter.pointee
        if place < count, members[place] == member { return false }
        places[Int(member)] = Int32(truncatingIfNeeded: count)
        members[count] = member
        counter.pointee = count &+ 1
        return true
    }

    func removeAll() {
        counter.pointee = 0
    }
}
