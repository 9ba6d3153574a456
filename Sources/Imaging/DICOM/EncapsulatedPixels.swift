/// Finds one frame's compressed bytes among the fragments of encapsulated pixel data (PS3.5 annex A.4).
struct EncapsulatedPixels {
    /// Where the pixel element's value begins.
    let offset: Int
    let limits: DICOMLimits
    /// Frames of the image.
    let frames: Int

    private struct Fragment {
        let itemOffset: Int
        let valueOffset: Int
        let length: Int
    }

    /// The joined fragments of a frame, counted from 0.
    func frame(_ index: Int, from source: inout ByteSource) throws(ImageError) -> [UInt8] {
        let all = try fragments(from: &source)
        guard let table = all.first, all.count > 1 else {
            throw ImageError(.malformed, "encapsulated pixel data at offset \(offset) have no fragment")
        }
        let fragments = all.dropFirst()
        let chosen: ArraySlice<Fragment>
        if frames == 1 {
            chosen = fragments
        } else if fragments.count == frames {
            chosen = fragments.dropFirst(index).prefix(1)
        } else {
            chosen = try choose(index, among: fragments, table: table, from: &source)
        }
        let total = chosen.reduce(0) { $0 + $1.length }
        guard total <= limits.maximumCompressedBytes else {
            throw ImageError(.limitExceeded, "a frame has \(total) compressed bytes; the limit is \(limits.maximumCompressedBytes)")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(total)
        for fragment in chosen {
            bytes += try source.bytes(at: fragment.valueOffset, count: fragment.length)
        }
        return bytes
    }

    private func fragments(from source: inout ByteSource) throws(ImageError) -> [Fragment] {
        var fragments: [Fragment] = []
        var position = offset
        while true {
            let tag = Tag(try source.word(at: position, bigEndian: false), try source.word(at: position + 2, bigEndian: false))
            let length = try source.long(at: position + 4, bigEndian: false)
            if tag == .sequenceEnd { return fragments }
            guard tag == .item, length != .max else {
                throw ImageError(.malformed, "\(tag) at offset \(position) stands where a pixel fragment must stand")
            }
            guard Int(length) <= source.count - position - 8 else {
                throw ImageError(
                    .truncated, "the pixel fragment at offset \(position) has \(length) bytes, but the file ends at \(source.count)")
            }
            guard fragments.count <= limits.maximumFragments else {
                throw ImageError(.limitExceeded, "the pixel data have more than \(limits.maximumFragments) fragments")
            }
            fragments.append(Fragment(itemOffset: position, valueOffset: position + 8, length: Int(length)))
            position += 8 + Int(length)
        }
    }

    private func choose(
        _ index: Int, among fragments: ArraySlice<Fragment>, table: Fragment, from source: inout ByteSource
    ) throws(ImageError) -> ArraySlice<Fragment> {
        guard table.length == 4 * frames, let first = fragments.first else {
            throw ImageError(
                .malformed, "\(fragments.count) fragments for \(frames) frames, and no basic offset table that says which belong together")
        }
        let start = first.itemOffset + Int(try source.long(at: table.valueOffset + 4 * index, bigEndian: false))
        var end = Int.max
        if index + 1 < frames {
            end = first.itemOffset + Int(try source.long(at: table.valueOffset + 4 * (index + 1), bigEndian: false))
        }
        guard let begin = fragments.firstIndex(where: { $0.itemOffset == start }), end > start else {
            throw ImageError(.malformed, "the basic offset table at offset \(table.itemOffset) does not point at a fragment")
        }
        return fragments[begin...].prefix { $0.itemOffset < end }
    }
}
