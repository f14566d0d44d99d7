/// Reason why octets cannot be read as one element.
public enum DERFault: Error, Sendable, Equatable {
  /// More octets than the caller takes.
  case tooLarge
  /// Elements within elements beyond the limit, or more elements than that.
  case tooDeep, tooMany
  /// An element that ends after its octets do.
  case truncated
  /// Octets after the element.
  case trailing
  /// A tag of more than one octet, which no certificate has.
  case longTag
  /// A length that is not told in front (X.690 §8.1.3.6), or takes more than four octets.
  case length
}

/// An element of ITU-T X.690 as it is read: the lint's own reader, which shares nothing with `DERWriter` but the tags.
///
/// Lengths may be longer than they must be, and values may have other forms than the distinguished one; `canonical`
/// says how the same element would be written by §10 and §11. So a certificate that is not distinguished can still be
/// looked at.
public struct DERNode: Sendable {
  public let tag: UInt8
  /// Tag, length and content.
  public let octets: ArraySlice<UInt8>
  public let content: ArraySlice<UInt8>
  /// Of a constructed element; empty for any other.
  public let elements: [DERNode]

  /// A certificate has one or two thousand octets, and about a hundred elements.
  static let mostOctets = 1 << 16
  static let mostElements = 4096
  static let mostDepth = 16

  var isConstructed: Bool { tag & 0x20 != 0 }

  /// Reads octets that are exactly one element.
  public init(reading octets: [UInt8]) throws(DERFault) {
    guard octets.count <= Self.mostOctets else { throw .tooLarge }
    var reader = Reader()
    self = try reader.node(octets[...], depth: 1)
    guard self.octets.count == octets.count else { throw .trailing }
  }

  /// Reads the content of an element that holds another one.
  init(within content: ArraySlice<UInt8>) throws(DERFault) { try self.init(reading: Array(content)) }

  fileprivate init(tag: UInt8, octets: ArraySlice<UInt8>, content: ArraySlice<UInt8>, elements: [DERNode]) {
    (self.tag, self.octets, self.content, self.elements) = (tag, octets, content, elements)
  }

  private struct Reader {
    var count = 0

    /// Reads the first element of the octets.
    mutating func node(_ octets: ArraySlice<UInt8>, depth: Int) throws(DERFault) -> DERNode {
      count += 1
      guard count <= DERNode.mostElements else { throw .tooMany }
      guard depth <= DERNode.mostDepth else { throw .tooDeep }
      guard let tag = octets.first else { throw .truncated }
      guard tag & 0x1F != 0x1F else { throw .longTag }
      let content = try Self.content(octets.dropFirst())
      var elements: [DERNode] = []
      if tag & 0x20 != 0 {
        var rest = content
        while !rest.isEmpty {
          let next = try node(rest, depth: depth + 1)
          elements.append(next)
          rest = rest[next.octets.endIndex...]
        }
      }
      let whole = octets[octets.startIndex..<content.endIndex]
      return DERNode(tag: tag, octets: whole, content: content, elements: elements)
    }

    /// The content after a length (§8.1.3).
    private static func content(_ octets: ArraySlice<UInt8>) throws(DERFault) -> ArraySlice<UInt8> {
      guard let first = octets.first else { throw .truncated }
      var (length, start) = (Int(first), octets.startIndex + 1)
      if first >= 0x80 {
        let size = Int(first & 0x7F)
        guard (1...4).contains(size) else { throw .length }
        guard octets.endIndex - start >= size else { throw .truncated }
        length = octets[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
        start += size
      }
      guard octets.endIndex - start >= length else { throw .truncated }
      return octets[start..<start + length]
    }
  }
}

extension DERNode {
  /// The same element in distinguished encoding: lengths as short as they go (§10.1), TRUE as FF (§11.1), numbers
  /// without octets that only repeat the sign (§8.3.2), elements of a set in order (§11.6).
  var canonical: [UInt8] {
    switch tag {
    case DERTag.boolean where content.count == 1: return Self.written(tag, [content.first == 0 ? 0 : 0xFF])
    case DERTag.integer, DERTag.enumerated: return Self.written(tag, Self.shortest(content))
    case DERTag.set:
      return Self.written(tag, elements.map(\.canonical).sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
    case _ where isConstructed: return Self.written(tag, elements.flatMap(\.canonical))
    default: return Self.written(tag, Array(content))
    }
  }

  /// Whether the octets are the distinguished encoding.
  public var isCanonical: Bool { isWellFormed && octets.elementsEqual(canonical) }

  /// Whether content and form are such that the type has a value at all (§8.2 to §8.8, §8.19): strings are not made of
  /// parts (§10.2).
  private var isWellFormed: Bool {
    switch tag {
    case DERTag.boolean: content.count == 1
    case DERTag.integer, DERTag.enumerated: !content.isEmpty
    case DERTag.null: content.isEmpty
    case DERTag.objectIdentifier: objectIdentifier != nil
    case DERTag.bitString: content.count == 1 ? content.first == 0 : (content.first ?? 8) < 8
    case DERTag.sequence, DERTag.set: elements.allSatisfy(\.isWellFormed)
    // Of the universal types only those two are constructed, and always.
    case ..<0x40: !isConstructed && tag & 0x1F != 0x10 && tag & 0x1F != 0x11
    default: elements.allSatisfy(\.isWellFormed)
    }
  }

  /// A second way to write a length, apart from that of `DERWriter`.
  private static func written(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length: [UInt8]
    switch content.count {
    case ..<128: length = [UInt8(content.count)]
    case ..<256: length = [0x81, UInt8(content.count)]
    case ..<65536: length = [0x82, UInt8(content.count / 256), UInt8(content.count % 256)]
    default: length = [0x83, UInt8(content.count >> 16), UInt8(content.count >> 8 & 0xFF), UInt8(content.count & 0xFF)]
    }
    return [tag] + length + content
  }

  private static func shortest(_ content: ArraySlice<UInt8>) -> [UInt8] {
    var rest = content
    while rest.count > 1, let first = rest.first, let second = rest.dropFirst().first,
      first == 0 && second < 0x80 || first == 0xFF && second >= 0x80
    {
      rest = rest.dropFirst()
    }
    return Array(rest)
  }
}
