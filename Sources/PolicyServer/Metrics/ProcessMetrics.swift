import Glibc
import Rego

/// What the kernel says about this process (`/proc/self`), under the names that Prometheus' client libraries use.
struct ProcessMetrics: Sendable {
    /// Seconds since 1970 when Ward came up.
    private let start: Double

    init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        start = Double(now.tv_sec)
    }

    func write(into text: inout PrometheusText) {
        text.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", start)
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let seconds =
                Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
            text.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", seconds)
        }
        if let pages = Self.memoryPages() {
            let size = Double(sysconf(Int32(_SC_PAGESIZE)))
            text.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", Double(pages.virtual) * size)
            text.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", Double(pages.resident) * size)
        }
        if let descriptors = try? FileBytes.names(in: "/proc/self/fd").count {
            text.gauge("process_open_fds", "Number of open file descriptors.", Double(descriptors))
        }
    }

    /// The first two fields of `/proc/self/statm`, in pages.
    private static func memoryPages() -> (virtual: Int, resident: Int)? {
        guard let bytes = try? FileBytes.read("/proc/self/statm", limit: 4096) else { return nil }
        let fields = bytes.split(separator: UInt8(ascii: " ")).prefix(2).compactMap { parseWhole(String(decoding: $0, as: UTF8.self)) }
        return fields.count == 2 ? (fields[0], fields[1]) : nil
    }
}
