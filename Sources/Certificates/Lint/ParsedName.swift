internal import Octets

/// A name as it is read: attributes in the order of the octets.
struct ParsedName {
  /// Nil for a part that is not one attribute of a known type in a string.
  let attributes: [ParsedAttribute?]

  init(_ node: DERNode) {
    attributes = (node.sequence ?? []).map { part in
      part.only(DERTag.set).flatMap { ParsedAttribute($0) }
    }
  }

  /// The first attribute of a type.
  func attribute(_ type: NameAttributeType) -> ParsedAttribute? {
    attributes.lazy.compactMap { $0 }.first { $0.type == type }
  }
}

/// One attribute: its type, and the text that stands there.
struct ParsedAttribute {
  let type: NameAttributeType
  let tag: UInt8
  /// Nil for a string of a type that names do not have, or octets that are no UTF-8.
  let text: String?

  init?(_ node: DERNode) {
    guard let parts = node.sequence, parts.count == 2, let oid = parts[0].objectIdentifier,
      let type = NameAttributeType.allCases.first(where: { $0.oid == oid })
    else { return nil }
    self.type = type
    tag = parts[1].tag
    text = parts[1].text(DERTag.utf8String) ?? parts[1].text(DERTag.printableString)
  }

  /// Whether the text has the form that L6 wants.
  var isWhole: Bool {
    guard let text, tag == (type.isPrintable ? DERTag.printableString : DERTag.utf8String) else { return false }
    return NameText.fault(in: text, of: type) == nil && text.isComposed
  }
}
