extension Annotations {
    /// The blocks of comments that begin with `# METADATA`, in order; their targets are still unknown.
    ///
    /// A block goes on as long as comments follow on the next row, in the first column.
    static func blocks(in comments: [Comment]) -> [Annotations] {
        var blocks: [Annotations] = []
        var lastRow: UInt32?
        for comment in comments {
            let text = comment.text.utf8.dropFirst()
            if let row = lastRow, comment.span.row == row + 1, comment.span.column == 1 {
                let line = text.first == UInt8(ascii: " ") ? text.dropFirst() : text
                let index = blocks.count - 1
                blocks[index].yaml += String(Substring(line)) + "\n"
                blocks[index].span.length = comment.span.offset + comment.span.length - blocks[index].span.offset
                lastRow = comment.span.row
                continue
            }
            let isMetadata = text.drop(while: isWhitespace).starts(with: "METADATA".utf8)
            lastRow = isMetadata ? comment.span.row : nil
            if isMetadata { blocks.append(Annotations(yaml: "", span: comment.span, targetRow: 0)) }
        }
        return blocks
    }

    /// Nothing stands in the block.
    var isBlank: Bool { yaml.utf8.allSatisfy(Self.isWhitespace) }

    /// The blocks, each with the first statement behind it.
    static func attach(_ blocks: [Annotations], to statements: [Statement]) -> [Annotations] {
        if blocks.isEmpty { return [] }
        var rules = 0
        var places: [(row: UInt32, target: Target)] = []
        places.reserveCapacity(statements.count)
        for statement in statements {
            let row = statement.span.row
            switch statement {
            case .package: places.append((row, .package))
            case .import: places.append((row, .import))
            case .rule, .body:
                places.append((row, .rule(rules)))
                rules += 1
            }
        }
        // A stable sort: of statements in one row the first one counts.
        places.sort { $0.row < $1.row }
        return blocks.map { $0.attached(to: places) }
    }

    private func attached(to places: [(row: UInt32, target: Target)]) -> Annotations {
        let lastRow = span.row + UInt32(truncatingIfNeeded: yaml.utf8.count { $0 == UInt8(ascii: "\n") })
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].row > lastRow { high = middle } else { low = middle + 1 }
        }
        guard low < places.count else { return self }
        var attached = self
        attached.targetRow = places[low].row
        attached.target = places[low].target
        return attached
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
