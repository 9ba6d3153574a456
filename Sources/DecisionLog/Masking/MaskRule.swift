/// A document of the event that masking works on, and the first part of a masked value's pointer.
package enum MaskRoot: String, Sendable, CaseIterable {
    case input
    case result
}

/// Something that must not be logged, and what stands in its place.
package struct MaskRule: Sendable, Equatable {
    /// What happens to a value that the rule finds.
    package enum Action: Sendable, Equatable {
        /// The member or element goes (OPA's `remove`).
        case erase
        /// A string takes its place (OPA's `upsert`).
        case replace(String)
    }

    /// What the rule finds.
    package enum Target: Sendable, Equatable {
        /// A JSON pointer from the event's root, as in OPA's masks: `/input/user/ssn`. A segment `*` stands for any member or element.
        case pointer(String)
        /// Members of this name at any depth, compared without regard to ASCII case and to `_`, `-`, `.` and spaces; `patient.name` asks for
        /// `name` directly below `patient`, elements of arrays not counted.
        case key(String)
    }

    package var target: Target
    package var action: Action

    /// Creates a rule.
    package init(_ target: Target, action: Action = .replace(Masker.replacement)) {
        self.target = target
        self.action = action
    }
}
