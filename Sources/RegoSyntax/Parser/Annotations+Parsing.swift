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

    /// The block with the first statement behind it.
    func attached(to statements: [Statement]) -> Annotations {
        let lines = UInt32(truncatingIfNeeded: yaml.utf8.count { $0 == UInt8(ascii: "\n") })
        var attached = self
        var rules = 0
        var nearest: UInt32 = .max
        for statement in statements {
            let row = statement.span.row
            if row > span.row + lines, row < nearest {
                nearest = row
                attached.targetRow = row
                switch statement {
                case .package: attached.target = .package
                case .import: attached.target = .import
                case .rule, .body: attached.target = .rule(rules)
                }
            }
            switch statement {
            case .rule, .body: rules += 1
            case .package, .import: break
            }
        }
        return attached
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
