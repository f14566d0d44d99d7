import Vocabulary

/// An attribute that a client wants to be signed along with the document (`signed_props`, CSC v2 §11.11).
public struct SignedProperty: Sendable, Equatable {
  /// Raw values: the names of CSC v2.
  public enum Kind: String, Sendable, CaseIterable {
    case commitmentTypeIndication = "commitment-type-indication"
    case contentHints = "content-hints"
    case mimeType = "mime-type"
    case signerLocation = "signer-location"
    case contentTimestamp = "content-time-stamp"
    case signerAttributes = "signer-attributes-v2"
    case signaturePolicyIdentifier = "signature-policy-identifier"
    case contentReference = "content-reference"
    case contentIdentifier = "content-identifier"

    /// ETSI EN 319 122-1 clause 5.2.
    public var oid: String {
      switch self {
      case .commitmentTypeIndication: OID.commitmentTypeIndication
      case .contentHints: OID.contentHints
      case .mimeType: OID.mimeType
      case .signerLocation: OID.signerLocation
      case .contentTimestamp: OID.contentTimestamp
      case .signerAttributes: OID.signerAttributesV2
      case .signaturePolicyIdentifier: OID.signaturePolicyIdentifier
      case .contentReference: OID.contentReference
      case .contentIdentifier: OID.contentIdentifier
      }
    }

    /// Whether the profile has a place for it. PAdES has entries of the PDF's signature dictionary for some, and
    /// no layers of content; JAdES has header parameters for which CSC names no attributes.
    func isAllowed(in format: SignatureFormat) -> Bool {
      switch format {
      case .cades: true
      case .pades:
        switch self {
        case .commitmentTypeIndication, .contentTimestamp, .signerAttributes, .signaturePolicyIdentifier: true
        default: false
        }
      case .jades: false
      }
    }

    /// Whether the service knows a value by itself. A value that only the signer can give is not made up.
    var isComputable: Bool {
      switch self {
      case .contentHints, .mimeType, .contentTimestamp, .contentIdentifier: true
      default: false
      }
    }
  }

  public let kind: Kind
  /// DER of the attribute's value; nil if the service is to compute it.
  public let value: [UInt8]?

  /// Nil if there is no such attribute, if the format has no place for it, if the octets are not its value, or if it
  /// has no value and none can be computed.
  ///
  /// - Parameters:
  ///   - name: by name or by OID.
  ///   - octets: DER of the attribute's value, or of the whole attribute (type and one value).
  public init?(name: String, octets: [UInt8]?, for format: SignatureFormat) {
    guard let kind = Kind.allCases.first(where: { $0.rawValue == name || $0.oid == name }),
      kind.isAllowed(in: format)
    else { return nil }
    self.kind = kind
    guard let octets else {
      guard kind.isComputable else { return nil }
      value = nil
      return
    }
    guard let value = AttributeSyntax.value(octets, of: kind) else { return nil }
    self.value = value
  }
}
