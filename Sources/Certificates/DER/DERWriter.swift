/// Writes the distinguished encoding of ITU-T X.690 (§10, §11): one form for each value, lengths as short as they go.
///
/// Every function returns a whole element, tag and length included. Texts are written as they are: who makes them has
/// checked which characters their type allows (`NameText`), and `Lint` looks at the octets again.
public enum DERWriter {
  // MARK: Elements

  /// An element with any tag.
  public static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    var octets = [tag]
    octets.reserveCapacity(content.count + 6)
    if content.count < 0x80 {
      octets.append(UInt8(content.count))
    } else {
      let length = unsigned(UInt64(content.count))
      octets.append(0x80 | UInt8(length.count))
      octets += length
    }
    octets += content
    return octets
  }

  public static func sequence(_ parts: [UInt8]...) -> [UInt8] { sequence(parts) }
  public static func sequence(_ parts: [[UInt8]]) -> [UInt8] { element(DERTag.sequence, Array(parts.joined())) }

  /// SET OF: the elements in the order of their octets (§11.6).
  public static func set(_ parts: [UInt8]...) -> [UInt8] {
    element(DERTag.set, Array(parts.sorted { $0.lexicographicallyPrecedes($1) }.joined()))
  }

  /// `[number] EXPLICIT`: a tag around a whole element.
  public static func explicit(_ number: UInt8, _ inner: [UInt8]) -> [UInt8] {
    element(DERTag.constructedContext(number), inner)
  }

  /// `[number] IMPLICIT` of a type without elements: a tag in the place of its own.
  public static func implicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    element(DERTag.context(number), content)
  }

  // MARK: Values

  /// TRUE is the only octet FF (§11.1). A member that is FALSE by default is left out instead (§11.5).
  public static func boolean(_ value: Bool) -> [UInt8] { element(DERTag.boolean, [value ? 0xFF : 0]) }

  public static let null: [UInt8] = element(DERTag.null, [])

  public static func integer(_ value: UInt64) -> [UInt8] { integer(unsigned: unsigned(value)) }

  /// A number that is not negative, most significant octet first. Zeros in front go, and one comes where the number
  /// would otherwise be negative.
  public static func integer(unsigned octets: [UInt8]) -> [UInt8] {
    let digits = octets.drop { $0 == 0 }
    return element(DERTag.integer, (digits.first ?? 0x80) >= 0x80 ? [0] + digits : Array(digits))
  }

  /// A value from 0 to 127.
  public static func enumerated(_ value: UInt8) -> [UInt8] { element(DERTag.enumerated, [value & 0x7F]) }

  /// A BIT STRING of whole octets: keys and signatures.
  public static func bitString(_ octets: [UInt8]) -> [UInt8] { element(DERTag.bitString, [0] + octets) }

  /// A BIT STRING of named bits, by their numbers below 16: it ends with the last one that is set (§11.2.2).
  public static func namedBits(_ numbers: Set<Int>) -> [UInt8] {
    guard let last = numbers.max() else { return element(DERTag.bitString, [0]) }
    var octets = [UInt8](repeating: 0, count: last / 8 + 1)
    for number in numbers { octets[number / 8] |= 0x80 >> UInt8(number % 8) }
    return element(DERTag.bitString, [UInt8(7 - last % 8)] + octets)
  }

  public static func octetString(_ octets: [UInt8]) -> [UInt8] { element(DERTag.octetString, octets) }

  public static func utf8(_ text: String) -> [UInt8] { element(DERTag.utf8String, Array(text.utf8)) }
  public static func printable(_ text: String) -> [UInt8] { element(DERTag.printableString, Array(text.utf8)) }
  public static func ia5(_ text: String) -> [UInt8] { element(DERTag.ia5String, Array(text.utf8)) }

  // MARK: Object identifiers

  /// - Parameter text: dotted decimal text. It stands in the code, or was checked by `content(ofObjectIdentifier:)`
  ///   when it was read; another one ends the program.
  public static func objectIdentifier(_ text: String) -> [UInt8] {
    guard let content = content(ofObjectIdentifier: text) else { preconditionFailure("no object identifier") }
    return element(DERTag.objectIdentifier, content)
  }

  /// The octets of an OBJECT IDENTIFIER without tag and length (§8.19), the reverse of `OID.text(ofContent:)`.
  ///
  /// - Returns: nil for a text that is no object identifier, has zeros in front of a number, or a number of more than
  ///   56 bits.
  public static func content(ofObjectIdentifier text: String) -> [UInt8]? {
    var numbers: [UInt64] = []
    for part in text.split(separator: ".", maxSplits: 64, omittingEmptySubsequences: false) {
      guard part.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let number = UInt64(part),
        number < 1 << 56, part == "0" || part.utf8.first != UInt8(ascii: "0")
      else { return nil }
      numbers.append(number)
    }
    // X.660: three roots, of which the first two have forty arcs.
    guard numbers.count >= 2, numbers[0] < 2 && numbers[1] < 40 || numbers[0] == 2 else { return nil }
    return ([numbers[0] * 40 + numbers[1]] + numbers.dropFirst(2)).flatMap(base128)
  }

  /// Seven bits an octet, the high bit set on all but the last.
  private static func base128(_ number: UInt64) -> [UInt8] {
    var octets = [UInt8(number & 0x7F)]
    var rest = number >> 7
    while rest > 0 {
      octets.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return octets.reversed()
  }

  private static func unsigned(_ value: UInt64) -> [UInt8] {
    (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }.drop { $0 == 0 }.map { $0 }
  }
}
