internal import Vocabulary

/// Values of elements. Each is nil for an element of another type, or of the wrong form.
extension DERNode {
  /// Elements of a SEQUENCE.
  var sequence: [DERNode]? { tag == DERTag.sequence ? elements : nil }

  /// The dotted decimal text of an OBJECT IDENTIFIER.
  var objectIdentifier: String? { tag == DERTag.objectIdentifier ? OID.text(ofContent: content) : nil }

  /// An INTEGER that is not negative and has at most 62 bits.
  var integer: Int? {
    guard tag == DERTag.integer, let first = content.first, first < 0x80, content.count <= 8 else { return nil }
    let value = content.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return value < 1 << 62 ? Int(value) : nil
  }

  /// The octets of a BIT STRING without unused bits.
  var wholeBits: ArraySlice<UInt8>? {
    tag == DERTag.bitString && content.first == 0 ? content.dropFirst() : nil
  }

  /// The text of an element with this tag, if it is UTF-8. ASCII is.
  func text(_ tag: UInt8) -> String? { self.tag == tag ? String(validating: content, as: UTF8.self) : nil }

  /// The single element of a constructed element with this tag.
  func only(_ tag: UInt8) -> DERNode? { self.tag == tag && elements.count == 1 ? elements[0] : nil }

  /// All OBJECT IDENTIFIERs in it, also in octet strings that hold elements, which may again have some: as often as
  /// certificates have them, and a few times more.
  func objectIdentifiers(within levels: Int = 4) -> [String] {
    if let own = objectIdentifier { return [own] }
    if tag == DERTag.octetString, levels > 0, let inner = try? DERNode(within: content) {
      return inner.objectIdentifiers(within: levels - 1)
    }
    return elements.flatMap { $0.objectIdentifiers(within: levels) }
  }
}
