/// The kinds of document signatures that are made. Raw values: `signature_format` of CSC v2 §11.14.
public enum SignatureFormat: String, Sendable, CaseIterable {
  /// ETSI EN 319 122-1.
  case cades = "C"
  /// ETSI EN 319 142-1, of which the signature value is made here: the PDF around it is the client's.
  case pades = "P"
  /// ETSI TS 119 182-1.
  case jades = "J"
}

/// Levels of the baseline profiles.
public enum ConformanceLevel: String, Sendable, CaseIterable {
  case b = "B-B"
  /// With a time-stamp over the signature.
  case t = "B-T"
  /// With a time-stamp, and data that prove all certificates good. The data come with the signature, not in it, for
  /// the client to put where the format has a place for them.
  case lt = "B-LT"

  /// Whether a time-stamp over the signature belongs to it.
  var isTimestamped: Bool { self != .b }
}

/// Position of document and signature to each other.
public enum Packaging: String, Sendable, CaseIterable {
  case detached, attached
  /// A signature alone, for a list of signatures of the same document: a CMS SignerInfo, or an element of `signatures`
  /// of a JWS.
  case parallel
}

extension SignatureFormat {
  /// Forms that can be made of a document, or of its digest alone.
  public func packagings(byDigest: Bool) -> [Packaging] {
    switch (self, byDigest) {
    case (.pades, true): [.detached]
    case (.cades, true), (.jades, true): [.detached, .parallel]
    // The PDF would have to be written here.
    case (.pades, false): []
    case (.cades, false), (.jades, false): [.attached, .detached, .parallel]
    }
  }

  /// Levels that can be made of it.
  public var levels: [ConformanceLevel] {
    switch self {
    case .jades: [.b]
    case .cades: [.b, .t]
    case .pades: [.b, .t, .lt]
    }
  }
}
