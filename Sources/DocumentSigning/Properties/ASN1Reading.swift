import SwiftASN1
import Vocabulary

/// Short names for what is asked of a node. Each is nil if the node is something else.
extension ASN1Node {
  func elements(of type: ASN1Identifier) -> [ASN1Node]? { identifier == type ? elements() : nil }

  func elements() -> [ASN1Node]? {
    guard case .constructed(let nodes) = content else { return nil }
    return Array(nodes)
  }

  /// Dotted decimal text.
  var oid: String? {
    guard identifier == .objectIdentifier, case .primitive(let octets) = content else { return nil }
    return OID.text(ofContent: octets)
  }

  /// Whether it is NULL.
  var isNull: Bool {
    guard identifier == .null, case .primitive(let octets) = content else { return false }
    return octets.isEmpty
  }

  var octets: [UInt8]? {
    guard identifier == .octetString, case .primitive(let octets) = content else { return nil }
    return Array(octets)
  }

  /// The magnitude of an INTEGER that is not negative, without leading zeros.
  var unsigned: [UInt8]? {
    guard identifier == .integer, case .primitive(let octets) = content, let first = octets.first, first < 0x80
    else { return nil }
    return Array(octets.drop { $0 == 0 })
  }

  var utf8: String? {
    guard identifier == .utf8String, case .primitive(let octets) = content else { return nil }
    return String(validating: octets, as: UTF8.self)
  }
}
