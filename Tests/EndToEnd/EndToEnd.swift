import Testing

/// Ward as its users meet it: the built `ward`, in processes of its own. One test at a time, as they start servers, put them under load and
/// measure.
@Suite(.serialized) enum EndToEnd {}
