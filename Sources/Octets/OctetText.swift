/// A text that is told from others by its UTF-8 octets, as a key of a dictionary or an element of a set.
///
/// Swift's `String` is equal to whatever is canonically equivalent (Unicode Standard, section 3.7): KELVIN SIGN is `K`,
/// U+037E is `;`, and the marks of a letter may stand in any order. For names and secrets of a protocol these are
/// different texts (RFC 8259 §8.3, RFC 6749 §1.8, RFC 3986 §6.2.1).
public struct OctetText: Hashable, Sendable, ExpressibleByStringLiteral {
  public let text: String

  public init(_ text: String) { self.text = text }
  public init(stringLiteral value: String) { text = value }

  public static func == (left: OctetText, right: OctetText) -> Bool { left.text.isSame(as: right.text) }

  public func hash(into hasher: inout Hasher) {
    let isHashed: Void? = text.utf8.withContiguousStorageIfAvailable {
      hasher.combine(bytes: UnsafeRawBufferPointer($0))
    }
    if isHashed == nil { for octet in text.utf8 { hasher.combine(octet) } }
    hasher.combine(text.utf8.count)
  }
}

extension StringProtocol {
  /// Whether both texts are the same UTF-8 octets. How long that takes tells where they differ, so it is not for
  /// secrets.
  @inlinable
  public func isSame(as other: some StringProtocol) -> Bool {
    let left = utf8
    let right = other.utf8
    return left.count == right.count && left.elementsEqual(right)
  }
}

extension Optional where Wrapped: StringProtocol {
  /// Whether there is a text, and it has the same UTF-8 octets.
  @inlinable
  public func isSame(as other: some StringProtocol) -> Bool { map { $0.isSame(as: other) } ?? false }
}

extension Sequence where Element: StringProtocol {
  /// Whether one of the texts has the same UTF-8 octets.
  @inlinable
  public func containsSame(as text: some StringProtocol) -> Bool { contains { $0.isSame(as: text) } }
}

extension Set<OctetText> {
  public init(texts: some Sequence<String>) { self.init(texts.map { OctetText($0) }) }
  public func contains(_ text: String) -> Bool { contains(OctetText(text)) }
}

extension Dictionary where Key == OctetText {
  /// The value under the text with exactly these octets.
  public subscript(text: String) -> Value? {
    get { self[OctetText(text)] }
    set { self[OctetText(text)] = newValue }
  }
}
