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
  /// Where the signer says to be (RFC 5126 §5.11.2). At least one of them; the address by its lines.
  case place(country: String?, locality: String?, address: [String])
  /// The OID of a signature policy, the OID of the hash algorithm, and the policy document's digest in hexadecimal.
  case policy(String, hash: String, digest: String)
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
    case .signerLocation: return Self.place(node)
    case .signaturePolicyIdentifier:
      guard let parts = node.elements(of: .sequence), parts.count == 2,
        let policy = parts[0].oid, let hash = parts[1].elements(of: .sequence),
        let algorithm = hash.first?.elements(of: .sequence)?.first?.oid, let digest = hash.last?.octets
      else { return nil }
      return .policy(policy, hash: algorithm, digest: Hex.encode(digest))
    case .contentIdentifier: return Self.readable([node.octets.map { Hex.encode($0) }])
    case .contentTimestamp, .signerAttributes, .contentReference: return nil
    }
  }

  private static func readable(_ parts: [String?]) -> ReadableProperty? {
    let known = parts.compactMap(\.self)
    return known.isEmpty || known.count < parts.count ? nil : .parts(known)
  }

  /// Of texts in UTF-8 or ASCII.
  private static func place(_ node: ASN1Node) -> ReadableProperty? {
    var country: String?
    var locality: String?
    var address: [String] = []
    for part in node.elements(of: .sequence) ?? [] {
      guard let inner = part.elements()?.first else { return nil }
      let lines = part.identifier.tagNumber == 2 ? inner.elements(of: .sequence) ?? [] : [inner]
      let texts = lines.compactMap(text)
      guard texts.count == lines.count, let first = texts.first else { return nil }
      switch part.identifier.tagNumber {
      case 0: country = first
      case 1: locality = first
      default: address = texts
      }
    }
    return .place(country: country, locality: locality, address: address)
  }

  private static func text(_ node: ASN1Node) -> String? {
    guard [.utf8String, .printableString].contains(node.identifier), case .primitive(let octets) = node.content else {
      return nil
    }
    return String(validating: octets, as: UTF8.self)
  }
}
