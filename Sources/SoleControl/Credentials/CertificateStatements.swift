internal import SwiftASN1
import Vocabulary

/// Statements of a certificate about itself: the policies that it was issued under (RFC 5280 §4.2.1.4), and its
/// qualified certificate statements (RFC 3739 §3.2.6, ETSI EN 319 412-5).
public struct CertificateStatements: Sendable, Equatable {
  /// OIDs of the policies, in the certificate's order.
  public let policies: [String]
  /// OIDs of the statements, in the certificate's order. QcType stands as the types that it names: it says nothing
  /// without them.
  public var qualified: [String] { statements.flatMap { $0.types ?? [$0.id] } }
  /// Whether all that the certificate says of either could be read.
  public var isWhole: Bool { arePoliciesWhole && areStatementsWhole }

  fileprivate let statements: [Statement]
  fileprivate let areStatementsWhole: Bool
  private let arePoliciesWhole: Bool

  fileprivate struct Statement: Equatable {
    let id: String
    /// Of QcType alone.
    var types: [String]?
  }

  /// Of an extension that cannot be read no OIDs are told. Nil if the octets are no certificate, or one that has an
  /// extension twice (RFC 5280 §4.2).
  public init?(certificate der: [UInt8]) {
    guard let extensions = Self.extensions(der) else { return nil }
    let policies = Self.policies(extensions[OID.certificatePolicies])
    let statements = Self.statements(extensions[OID.qualifiedStatements])
    (arePoliciesWhole, areStatementsWhole) = (policies != nil, statements != nil)
    self.policies = policies ?? []
    self.statements = statements ?? []
  }

  /// The values of the extensions by OID (RFC 5280 §4.1), but for OIDs that have no text here. Empty if there are none.
  private static func extensions(_ der: [UInt8]) -> [String: [UInt8]]? {
    guard let signed = (try? DER.parse(der))?.elements?.first?.elements else { return nil }
    let tag = ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific)
    guard let list = signed.first(where: { $0.identifier == tag }) else { return [:] }
    guard let entries = list.elements?.first?.elements else { return nil }
    var values: [String: [UInt8]] = [:]
    for entry in entries {
      // The OID, whether it is critical, the value.
      guard let parts = entry.elements, let name = parts.first, name.identifier == .objectIdentifier,
        let value = parts.last?.octets
      else { return nil }
      guard let oid = name.oid else { continue }
      guard values.updateValue(value, forKey: oid) == nil else { return nil }
    }
    return values
  }

  private static func policies(_ value: [UInt8]?) -> [String]? {
    guard let value else { return [] }
    return (try? DER.parse(value))?.elements?.each { $0.elements?.first?.oid }
  }

  private static func statements(_ value: [UInt8]?) -> [Statement]? {
    guard let value else { return [] }
    return (try? DER.parse(value))?.elements?.each { statement in
      guard let parts = statement.elements, let id = parts.first?.oid else { return nil }
      guard id == OID.qualifiedType else { return Statement(id: id) }
      // ETSI EN 319 412-5 §4.2.3: one type at least.
      guard parts.count == 2, let types = parts[1].elements?.each(\.oid), !types.isEmpty else { return nil }
      return Statement(id: id, types: types)
    }
  }
}

extension CertificateStatements {
  /// Statements that a certificate for this kind of signature must carry, and does not (ETSI EN 319 412-5): by the name
  /// of each. Empty if it carries all of them.
  func missing(for qualifier: SignatureQualifier) -> [String] {
    var missing: [String] = []
    let ids = statements.map(\.id)
    if qualifier.needsQualifiedCertificate {
      // A certificate that is qualified by another law has QcCompliance too (clause 4.2.4).
      let isOfUnion = ids.contains(OID.qualifiedCompliance) && !ids.contains(OID.qualifiedElsewhere)
      if !isOfUnion { missing.append("QcCompliance") }
    }
    if qualifier.needsQualifiedDevice, !ids.contains(OID.qualifiedDevice) { missing.append("QcSSCD") }
    // Any certificate may name types; a qualified one must, here.
    let types = statements.flatMap { $0.types ?? [] }
    if !types.isEmpty || qualifier.needsQualifiedCertificate, !types.contains(qualifier.certificateType) {
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
      statements.areStatementsWhole || !known.needsQualifiedCertificate
    else { return "\(known.rawValue), and the statements of the certificate cannot be read" }
    let missing = statements.missing(for: known)
    guard !missing.isEmpty else { return nil }
    return "\(known.rawValue), and the certificate does not carry \(missing.joined(separator: ", "))"
  }
}

extension [ASN1Node] {
  /// Everything that is found, one in each; nil if nothing can be read in one of them.
  fileprivate func each<Found>(_ find: (ASN1Node) -> Found?) -> [Found]? {
    var found: [Found] = []
    for node in self {
      guard let one = find(node) else { return nil }
      found.append(one)
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
