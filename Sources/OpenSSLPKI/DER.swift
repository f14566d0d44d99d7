internal import COpenSSL

/// A few DER values that are put together from others.
enum DER {
  static func sequence(_ parts: [[UInt8]]) -> [UInt8] { wrap(0x30, parts.flatMap(\.self)) }

  /// SET OF: elements in the order of their octets (X.690 §11.6).
  static func set(_ elements: [[UInt8]]) -> [UInt8] {
    wrap(0x31, elements.sorted { $0.lexicographicallyPrecedes($1) }.flatMap(\.self))
  }

  static func octetString(_ octets: [UInt8]) -> [UInt8] { wrap(0x04, octets) }

  /// Explicitly tagged.
  static func tagged(_ number: UInt8, _ value: [UInt8]) -> [UInt8] { wrap(0xa0 | number, value) }

  static let null: [UInt8] = [0x05, 0x00]

  /// Not negative.
  static func integer(_ number: Int) -> [UInt8] {
    var octets: [UInt8] = []
    var rest = number
    repeat {
      octets.insert(UInt8(rest & 255), at: 0)
      rest >>= 8
    } while rest > 0
    return wrap(0x02, octets[0] < 0x80 ? octets : [0] + octets)
  }

  /// - Parameter text: dotted decimal.
  static func oid(_ text: String) throws -> [UInt8] {
    let object = try nonNil(OBJ_txt2obj(text, 1), "OID \(text)")
    defer { ASN1_OBJECT_free(object) }
    return try encoded("OID \(text)") { i2d_ASN1_OBJECT(object, $0) }
  }

  private static func wrap(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag] + length(content.count) + content }

  private static func length(_ count: Int) -> [UInt8] {
    guard count >= 0x80 else { return [UInt8(count)] }
    var octets: [UInt8] = []
    var rest = count
    while rest > 0 {
      octets.insert(UInt8(rest & 255), at: 0)
      rest >>= 8
    }
    return [0x80 | UInt8(octets.count)] + octets
  }
}
