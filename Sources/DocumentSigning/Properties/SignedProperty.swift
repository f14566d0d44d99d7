import Octets
import SwiftASN1
import Vocabulary

/// An attribute that a client wants to be signed along with the document (`signed_props`, CSC v2 §11.14).
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

  /// Nil if there is no such attribute, if the octets are not its value, or if it has none and none can be computed.
  ///
  /// - Parameters:
  ///   - name: by name or by OID.
  ///   - octets: DER of the attribute's value, or of the whole attribute (type and one value).
  public init?(name: String, octets: [UInt8]?) {
    guard let kind = Kind(called: name) else { return nil }
    self.kind = kind
    guard let octets else {
      guard kind.isComputable else { return nil }
      value = nil
      return
    }
    guard let value = AttributeSyntax.value(octets, of: kind) else { return nil }
    self.value = value
  }

  /// As `init(name:octets:)`; nil also if the format has no place for it.
  public init?(name: String, octets: [UInt8]?, for format: SignatureFormat) {
    self.init(name: name, octets: octets)
    guard kind.isAllowed(in: format) else { return nil }
  }

  /// Of a value that was written as text: the OID of a commitment type, or a media type; else DER in base64.
  public init?(name: String, text: String) {
    guard let kind = Kind(called: name) else { return nil }
    switch kind {
    case .commitmentTypeIndication:
      // The library's own reading of the text traps on numbers that are too large.
      guard Self.isObjectIdentifier(text), let type = try? ASN1ObjectIdentifier(dotRepresentation: text),
        let der = try? Self.commitment(type)
      else { return nil }
      self.init(name: name, octets: der)
    case .mimeType:
      guard let der = try? ASN1UTF8String(text).der() else { return nil }
      self.init(name: name, octets: der)
    default:
      guard let octets = Base64.decode(text) else { return nil }
      self.init(name: name, octets: octets)
    }
  }

  /// Whether the format's profile has a place for it.
  public func isAllowed(in format: SignatureFormat) -> Bool { kind.isAllowed(in: format) }

  /// Whether a text is an OID in dotted decimal (ITU-T X.660), whose numbers have at most nine digits.
  private static func isObjectIdentifier(_ text: String) -> Bool {
    guard text.utf8.count <= 200 else { return false }
    let texts = text.parts(separatedBy: UInt8(ascii: "."))
    let numbers = texts.compactMap { part -> Int? in
      guard (1...9).contains(part.utf8.count), part.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
        part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0")
      else { return nil }
      return Int(part)
    }
    guard numbers.count == texts.count, numbers.count >= 2 else { return false }
    return numbers[0] < 2 && numbers[1] < 40 || numbers[0] == 2
  }

  /// `CommitmentTypeIndication` without qualifiers (RFC 5126 §5.11.1).
  private static func commitment(_ type: ASN1ObjectIdentifier) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.appendConstructedNode(identifier: .sequence) { try $0.serialize(type) }
    return serializer.serializedBytes
  }
}

extension SignedProperty.Kind {
  /// By name or by OID.
  fileprivate init?(called name: String) {
    guard let kind = Self.allCases.first(where: { $0.rawValue.isSame(as: name) || $0.oid.isSame(as: name) }) else {
      return nil
    }
    self = kind
  }
}

extension DERSerializable {
  fileprivate func der() throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(self)
    return serializer.serializedBytes
  }
}
