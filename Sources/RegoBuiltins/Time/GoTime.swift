/// Times and durations as Go reads them, for other modules.
package enum GoTime {
    /// Why a text is no time or duration, in Go's words.
    package struct Failure: Error {
        package let message: String
    }

    /// A duration such as `1.5s` in nanoseconds.
    package static func duration(_ text: String) throws(Failure) -> Int64 {
        switch DurationParser.parse(text) {
        case .success(let nanoseconds): return nanoseconds
        case .failure(let failure): throw Failure(message: failure.message)
        }
    }

    /// A date of HTTP (RFC 9110, section 5.6.7) in seconds since 1970.
    package static func httpDate(_ text: String) throws(Failure) -> Int64 {
        let layouts = ["Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 MST", "Mon Jan _2 15:04:05 2006"]
        var message = ""
        for layout in layouts {
            do throws(TimeParser.Failure) {
                return try TimeParser.parse(text, layout: layout).seconds
            } catch {
                message = error.message
            }
        }
        throw Failure(message: message)
    }
}
