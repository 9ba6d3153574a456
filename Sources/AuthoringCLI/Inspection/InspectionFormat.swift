import ArgumentParser

/// How the commands that look into policies print what they find.
enum InspectionFormat: String, CaseIterable, ExpressibleByArgument {
    case pretty, json
}
