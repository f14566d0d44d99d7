internal import SwiftASN1
import Vocabulary

/// Statements of a certificate about itself: the policies that it was issued under (RFC 5280 §4.2.1.4), and its
/// qualified certificate statements (RFC 3739 §3.2.6, ETSI EN 319 412-5).
public struct CertificateStatements: Sendable, Equatable {
  /// OIDs of the policies, in the certificate's order.
  public let policies: [String]
  /// OIDs of the statements, in the certificate's order. QcType stands as the types that it names: it says nothing
  /// without them.
  public let qualified: [String]
  /// Whether all that the certificate says of either could be read.
  public let isWhole: Bool

  /// Of an extension that cannot be read no OIDs are told. Nil if the octets are no certificate.
  public init?(certificate der: [UInt8]) {
    guard let extensions = Self.extensions(der) else { return nil }
    let policies = Self.policies(extensions[OID.certificatePolicies])
    let qualified = Self.qualified(extensions[OID.qualifiedStatements])
    isWhole = policies != nil && qualified != nil
    self.policies = policies ?? []
    self.qualified = qualified ?? []
  }

  /// The values of the extensions by OID (RFC 5280 §4.1). Empty if there are none.
  private static func extensions(_ der: [UInt8]) -> [String: [UInt8]]? {
    guard let signed = (try? DER.parse(der))?.elements?.first?.elements else { return nil }
    let tag = ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific)
    guard let list = signed.first(where: { $0.identifier == tag }) else { return [:] }
    guard let entries = list.elements?.first?.elements else { return nil }
    var values: [String: [UInt8]] = [:]
    for entry in entries {
      // The OID, whether it is critical, the value.
      guard let parts = entry.elements, let oid = parts.first?.oid, let value = parts.last?.octets else { return nil }
      values[oid] = value
    }
    return values
  }

  private static func policies(_ value: [UInt8]?) -> [String]? {
    guard let value else { return [] }
    return (try? DER.parse(value))?.elements?.everyOID { $0.elements?.first.map { [$0] } }
  }

  private static func qualified(_ value: [UInt8]?) -> [String]? {
    guard let value else { return [] }
    return (try? DER.parse(value))?.elements?.everyOID { statement in
      guard let parts = statement.elements, let id = parts.first else { return nil }
      return id.oid == OID.qualifiedType ? parts.dropFirst().first?.elements ?? [] : [id]
    }
  }
}

extension CertificateStatements {
  /// Statements that a certificate for this kind of signature must carry, and does not (ETSI EN 319 412-5): by the name
  /// of each. Empty if it carries all of them.
  func missing(for qualifier: SignatureQualifier) -> [String] {
    var missing: [String] = []
    if qualifier.needsQualifiedCertificate {
      // A certificate that is qualified by another law has QcCompliance too (clause 4.2.4).
      let isOfUnion = qualified.contains(OID.qualifiedCompliance) && !qualified.contains(OID.qualifiedElsewhere)
      if !isOfUnion { missing.append("QcCompliance") }
    }
    if qualifier.needsQualifiedDevice, !qualified.contains(OID.qualifiedDevice) { missing.append("QcSSCD") }
    // Any certificate may name types; a qualified one must, here.
    let namesTypes = qualified.contains { $0.hasPrefix(OID.qualifiedTypes) }
    if namesTypes || qualifier.needsQualifiedCertificate, !qualified.contains(qualifier.certificateType) {
      missing.append(qualifier.certificateType == OID.qualifiedForSeals ? "QcType eseal" : "QcType esign")
    }
    return missing
  }
}

extension Credential {
  /// Reason why the credential must not be for the kind of signature that it says; nil if its certificate bears it out,
  /// or it says none.
  package var unfoundedClaim: String? {
    guard let qualifier else { return nil }
    guard let known = SignatureQualifier(rawValue: qualifier) else {
      return "signatureQualifier is none that a certificate can be held against"
    }
    guard let leaf = certificate.chain.first, let statements = CertificateStatements(certificate: leaf),
      statements.isWhole || !known.needsQualifiedCertificate
    else { return "\(known.rawValue), and the statements of the certificate cannot be read" }
    let missing = statements.missing(for: known)
    guard !missing.isEmpty else { return nil }
    return "\(known.rawValue), and the certificate does not carry \(missing.joined(separator: ", "))"
  }
}

extension [ASN1Node] {
  /// The OIDs that are found in each; nil if in one of them there are none to be read.
  fileprivate func everyOID(_ find: (ASN1Node) -> [ASN1Node]?) -> [String]? {
    var found: [String] = []
    for node in self {
      guard let oids = find(node)?.map(\.oid), !oids.contains(nil) else { return nil }
      found += oids.compactMap(\.self)
    }
    return found
  }
}

extension ASN1Node {
  fileprivate var elements: [ASN1Node]? {
    guard case .constructed(let nodes) = content else { return nil }
    return Array(nodes)
  }

  /// Dotted decimal text.
  fileprivate var oid: String? {
    guard identifier == .objectIdentifier, case .primitive(let octets) = content else { return nil }
    return OID.text(ofContent: octets)
  }

  fileprivate var octets: [UInt8]? {
    guard identifier == .octetString, case .primitive(let octets) = content else { return nil }
    return Array(octets)
  }
}
