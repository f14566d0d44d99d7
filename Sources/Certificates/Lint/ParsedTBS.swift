/// A TBSCertificate as it is read: parts of RFC 5280 §4.1 by their places, none of them believed yet.
struct ParsedTBS {
  let root: DERNode
  /// Nil if it is left out, which says version 1.
  let version: DERNode?
  let serial, algorithm, issuer, subject, key: DERNode
  let notBefore, notAfter: DERNode
  /// Nil for an extension that cannot be read.
  let extensions: [ParsedExtension?]

  private static let tags = [
    DERTag.integer, DERTag.sequence, DERTag.sequence, DERTag.sequence, DERTag.sequence, DERTag.sequence,
    DERTag.constructedContext(3),
  ]

  /// Nil if the parts are others than those of a certificate of version 3, unique identifiers among them.
  init?(_ root: DERNode) {
    guard var parts = root.sequence else { return nil }
    self.root = root
    if parts.first?.tag == DERTag.constructedContext(0) {
      version = parts.removeFirst()
    } else {
      version = nil
    }
    guard parts.map(\.tag) == Self.tags, parts[3].elements.count == 2,
      let list = parts[6].only(DERTag.constructedContext(3))?.sequence
    else { return nil }
    (serial, algorithm, issuer) = (parts[0], parts[1], parts[2])
    (notBefore, notAfter) = (parts[3].elements[0], parts[3].elements[1])
    (subject, key) = (parts[4], parts[5])
    extensions = list.map { ParsedExtension($0) }
  }

  /// The first extension of this kind.
  func extended(_ oid: String) -> ParsedExtension? { extensions.lazy.compactMap { $0 }.first { $0.oid == oid } }

  /// Its value, if it is an element.
  func value(_ oid: String) -> DERNode? { extended(oid)?.value }

  /// OIDs in the order of the octets, with repetitions.
  var extensionOIDs: [String] { extensions.compactMap { $0?.oid } }
}

/// One extension: its identifier, what is said of being critical, the content of its OCTET STRING.
struct ParsedExtension {
  let oid: String
  /// Nil if nothing is said, which says FALSE.
  let critical: DERNode?
  /// Nil if the content is not one element.
  let value: DERNode?

  init?(_ node: DERNode) {
    guard var parts = node.sequence, let oid = parts.first?.objectIdentifier else { return nil }
    parts.removeFirst()
    critical = parts.first?.tag == DERTag.boolean ? parts.removeFirst() : nil
    guard parts.count == 1, parts[0].tag == DERTag.octetString else { return nil }
    self.oid = oid
    value = try? DERNode(within: parts[0].content)
  }
}
