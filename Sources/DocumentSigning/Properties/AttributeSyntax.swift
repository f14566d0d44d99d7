import SwiftASN1

/// Check of the DER value of an attribute (syntax: ETSI EN 319 122-1 clause 5.2, RFC 5035, RFC 5126 annex A).
enum AttributeSyntax {
  /// The value in `octets`: these are the value, or the attribute around it. Nil if they are neither.
  static func value(_ octets: [UInt8], of kind: SignedProperty.Kind) -> [UInt8]? {
    guard let node = try? DER.parse(octets) else { return nil }
    if isValue(node, of: kind) { return octets }
    // Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
    guard let parts = node.elements(of: .sequence), parts.count == 2, parts[0].oid == kind.oid,
      let values = parts[1].elements(of: .set), values.count == 1, isValue(values[0], of: kind)
    else { return nil }
    return Array(values[0].encodedBytes)
  }

  private static func isValue(_ node: ASN1Node, of kind: SignedProperty.Kind) -> Bool {
    switch kind {
    case .commitmentTypeIndication: isCommitment(node)
    case .contentHints: isContentHints(node)
    case .mimeType: isMediaType(node)
    case .signerLocation: isLocation(node)
    case .contentTimestamp: TimestampToken(node) != nil
    case .signerAttributes: isTagged(node, upTo: 2)
    case .signaturePolicyIdentifier: isPolicy(node)
    case .contentReference: isReference(node)
    case .contentIdentifier: node.octets.map { !$0.isEmpty } ?? false
    }
  }

  /// `SEQUENCE { OBJECT IDENTIFIER, SEQUENCE SIZE (1..MAX) OF Qualifier OPTIONAL }`
  private static func isCommitment(_ node: ASN1Node) -> Bool {
    guard let parts = node.elements(of: .sequence), let type = parts.first, type.oid != nil else { return false }
    return parts.count == 1 || parts.count == 2 && areQualifiers(parts[1])
  }

  /// A non-empty `SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, ANY DEFINED BY OPTIONAL }`
  private static func areQualifiers(_ node: ASN1Node) -> Bool {
    guard let qualifiers = node.elements(of: .sequence), !qualifiers.isEmpty else { return false }
    return qualifiers.allSatisfy { qualifier in
      guard let parts = qualifier.elements(of: .sequence) else { return false }
      return (1...2).contains(parts.count) && parts[0].oid != nil
    }
  }

  /// `SEQUENCE { UTF8String (SIZE (1..MAX)) OPTIONAL, OBJECT IDENTIFIER }`
  private static func isContentHints(_ node: ASN1Node) -> Bool {
    guard let parts = node.elements(of: .sequence), let type = parts.last, type.oid != nil else { return false }
    return parts.count == 1 || parts.count == 2 && parts[0].utf8.map { !$0.isEmpty } ?? false
  }

  /// `UTF8String`, a media type (RFC 6838 §4.2).
  private static func isMediaType(_ node: ASN1Node) -> Bool {
    guard let text = node.utf8, text.utf8.count <= 255 else { return false }
    return text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*(;[ -~]*)?/) != nil
  }

  /// `SEQUENCE { [0] DirectoryString OPTIONAL, [1] DirectoryString OPTIONAL, [2] SEQUENCE SIZE (1..6) OF
  /// DirectoryString OPTIONAL }`, at least one of them.
  private static func isLocation(_ node: ASN1Node) -> Bool {
    guard isTagged(node, upTo: 2), let parts = node.elements(of: .sequence) else { return false }
    return parts.allSatisfy { part in
      guard let inner = part.elements(), inner.count == 1 else { return false }
      guard part.identifier.tagNumber == 2 else { return isDirectoryString(inner[0]) }
      guard let lines = inner[0].elements(of: .sequence) else { return false }
      return (1...6).contains(lines.count) && lines.allSatisfy(isDirectoryString)
    }
  }

  private static func isDirectoryString(_ node: ASN1Node) -> Bool {
    let types: [ASN1Identifier] = [.utf8String, .printableString, .teletexString, .universalString, .bmpString]
    guard types.contains(node.identifier), case .primitive(let octets) = node.content else { return false }
    return !octets.isEmpty
  }

  /// A non-empty `SEQUENCE` of elements with ascending context tags, each with something in it.
  private static func isTagged(_ node: ASN1Node, upTo last: UInt) -> Bool {
    guard let parts = node.elements(of: .sequence), !parts.isEmpty else { return false }
    let numbers = parts.map(\.identifier.tagNumber)
    return zip(numbers, numbers.dropFirst()).allSatisfy(<) && numbers.allSatisfy { $0 <= last }
      && parts.allSatisfy { $0.identifier.tagClass == .contextSpecific && $0.elements()?.isEmpty == false }
  }

  /// `SEQUENCE { OBJECT IDENTIFIER, SEQUENCE { AlgorithmIdentifier, OCTET STRING }, SEQUENCE OF Qualifier OPTIONAL }`.
  /// The implied policy (NULL) of RFC 5126 is not in the profile. No hash algorithm that is used for it has parameters,
  /// though some write NULL (RFC 5754 §2); others would be signed without being shown.
  private static func isPolicy(_ node: ASN1Node) -> Bool {
    guard let parts = node.elements(of: .sequence), (2...3).contains(parts.count), parts[0].oid != nil,
      let hash = parts[1].elements(of: .sequence), hash.count == 2, hash[1].octets != nil,
      let algorithm = hash[0].elements(of: .sequence), algorithm.first?.oid != nil,
      algorithm.count == 1 || algorithm.count == 2 && algorithm[1].isNull
    else { return false }
    return parts.count == 2 || areQualifiers(parts[2])
  }

  /// `SEQUENCE { OBJECT IDENTIFIER, OCTET STRING, OCTET STRING }`
  private static func isReference(_ node: ASN1Node) -> Bool {
    guard let parts = node.elements(of: .sequence), parts.count == 3 else { return false }
    return parts[0].oid != nil && parts[1].octets != nil && parts[2].octets != nil
  }
}
