import ArgumentParser

/// How `ward test` prints its results.
enum TestFormat: String, CaseIterable, ExpressibleByArgument { case pretty, json, gobench, junit }

/// Which events of a test's evaluation are shown.
enum ExplainMode: String, CaseIterable, ExpressibleByArgument { case fails, full, notes, debug }
