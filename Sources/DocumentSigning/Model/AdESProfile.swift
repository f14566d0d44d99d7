/// The kinds of document signatures that are made. Raw values: `signature_format` of CSC v2 §11.11.
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
}

/// Position of document and signature to each other.
public enum Packaging: String, Sendable, CaseIterable {
  case detached, attached
  /// The document is a CMS SignedData; the signature is added to those it has.
  case parallel
}

extension SignatureFormat {
  /// Forms that can be made of a document, or of its digest alone.
  public func packagings(byDigest: Bool) -> [Packaging] {
    switch (self, byDigest) {
    case (.pades, true), (.cades, true), (.jades, true): [.detached]
    // The PDF would have to be written here.
    case (.pades, false): []
    case (.cades, false): [.attached, .detached, .parallel]
    case (.jades, false): [.attached, .detached]
    }
  }

  public var levels: [ConformanceLevel] { self == .jades ? [.b] : [.b, .t] }
}
