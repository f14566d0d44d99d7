import WireJSON

/// `signature_format` (CSC v2 §11.14).
public enum WireSignatureFormat: String, Sendable, CaseIterable {
  case cades = "C"
  case xades = "X"
  case pades = "P"
  case jades = "J"

  /// Values that `signed_envelope_property` may have; the first is the default.
  public var envelopes: [WireEnvelope] {
    switch self {
    case .cades, .jades: [.attached, .detached, .parallel]
    case .xades: [.enveloped, .enveloping, .detached]
    case .pades: [.certification, .revision]
    }
  }
}

/// `signed_envelope_property` (CSC v2 §11.14).
public enum WireEnvelope: String, Sendable {
  case attached = "Attached"
  case detached = "Detached"
  case parallel = "Parallel"
  case enveloped = "Enveloped"
  case enveloping = "Enveloping"
  case certification = "Certification"
  case revision = "Revision"
}

/// `conformance_level` (CSC v2 §11.14). Older texts spell it in other ways, so letters of both cases count alike.
public enum WireConformanceLevel: String, Sendable, CaseIterable {
  case bB = "AdES-B-B"
  case bT = "AdES-B-T"
  case bLT = "AdES-B-LT"
  case bLTA = "AdES-B-LTA"
  /// Levels of the older ETSI technical specifications.
  case oldB = "AdES-B"
  case oldT = "AdES-T"
  case oldLT = "AdES-LT"
  case oldLTA = "AdES-LTA"

  public init?(parsing text: String) {
    guard let level = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else { return nil }
    self = level
  }
}

/// The part of `info` about signDoc (CSC v2 §11.1).
public struct DocumentSupport: Sendable {
  /// Formats, and the envelopes that can be made of each.
  public var formats: [(WireSignatureFormat, [WireEnvelope])]
  public var levels: [WireConformanceLevel]
  public var validationInfo: Bool

  public init(formats: [(WireSignatureFormat, [WireEnvelope])], levels: [WireConformanceLevel], validationInfo: Bool) {
    self.formats = formats
    self.levels = levels
    self.validationInfo = validationInfo
  }

  public static let none = DocumentSupport(formats: [], levels: [], validationInfo: false)

  /// The members of `info`. Always present, even if empty: strict clients refuse an answer without them.
  var members: [(String, JSONValue)] {
    [
      ("validationInfo", .bool(validationInfo)),
      (
        "signature_formats",
        [
          "formats": .array(formats.map { .string($0.0.rawValue) }),
          "envelope_properties": .array(formats.map { .array($0.1.map { .string($0.rawValue) }) }),
          // One call may ask for signatures of several kinds.
          "allowMix": .bool(!formats.isEmpty),
        ]
      ), ("conformance_levels", .array(levels.map { .string($0.rawValue) })),
    ]
  }
}
