import Octets
import SwiftASN1
import Vocabulary

/// A signed property as people can be shown it.
public enum ReadableProperty: Sendable, Equatable {
  /// The service computes the value.
  case computed
  /// The OID of what the signer commits to (RFC 5126 §5.11.1).
  case commitment(String)
  /// Texts, OIDs and octets in hexadecimal, as the value has them. At least one.
  case parts([String])
}

extension SignedProperty {
  /// The whole meaning of the value; nil if it has parts that people cannot read.
  public var readable: ReadableProperty? {
    guard let value else { return .computed }
    guard let node = try? DER.parse(value) else { return nil }
    switch kind {
    case .commitmentTypeIndication:
      guard let parts = node.elements(of: .sequence), parts.count == 1 else { return nil }
      return parts[0].oid.map(ReadableProperty.commitment)
    case .contentHints:
      return node.elements(of: .sequence).flatMap { Self.readable($0.map { $0.utf8 ?? $0.oid }) }
    case .mimeType: return Self.readable([node.utf8])
    case .signerLocation: return Self.readable(Self.location(node))
    case .signaturePolicyIdentifier:
      guard let parts = node.elements(of: .sequence), parts.count == 2,
        let hash = parts[1].elements(of: .sequence)?.last
      else { return nil }
      return Self.readable([parts[0].oid, hash.octets.map { Hex.encode($0) }])
    case .contentIdentifier: return Self.readable([node.octets.map { Hex.encode($0) }])
    case .contentTimestamp, .signerAttributes, .contentReference: return nil
    }
  }

  private static func readable(_ parts: [String?]) -> ReadableProperty? {
    let known = parts.compactMap(\.self)
    return known.isEmpty || known.count < parts.count ? nil : .parts(known)
  }

  /// Country, locality and the lines of an address (RFC 5126 §5.11.2), those in UTF-8 or ASCII.
  private static func location(_ node: ASN1Node) -> [String?] {
    (node.elements(of: .sequence) ?? []).flatMap { part -> [String?] in
      guard let inner = part.elements()?.first else { return [nil] }
      return part.identifier.tagNumber == 2
        ? (inner.elements(of: .sequence) ?? []).map(text) : [text(inner)]
    }
  }

  private static func text(_ node: ASN1Node) -> String? {
    guard [.utf8String, .printableString].contains(node.identifier), case .primitive(let octets) = node.content else {
      return nil
    }
    return String(validating: octets, as: UTF8.self)
  }
}
