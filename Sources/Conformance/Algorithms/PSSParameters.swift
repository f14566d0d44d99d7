/// `RSASSA-PSS-params` of RFC 4055 §3.1 in DER, with one hash for message and mask.
enum PSSParameters {
  private static let mgf1 = "1.2.840.113549.1.1.8"

  /// - Parameter withTrailer: writes the trailer field though it has its default, as some clients do.
  static func encode(_ hash: HashFunction, salt: Int, withTrailer: Bool) -> [UInt8] {
    let hashAlgorithm = tagged(0x30, objectIdentifier(hash.rawValue) + [0x05, 0x00])
    var fields =
      tagged(0xa0, hashAlgorithm) + tagged(0xa1, tagged(0x30, objectIdentifier(mgf1) + hashAlgorithm))
      + tagged(0xa2, integer(salt))
    if withTrailer { fields += tagged(0xa3, integer(1)) }
    return tagged(0x30, fields)
  }

  /// Contents here are shorter than 128 octets.
  private static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }

  private static func integer(_ value: Int) -> [UInt8] {
    var octets: [UInt8] = []
    var rest = value
    repeat {
      octets.insert(UInt8(truncatingIfNeeded: rest), at: 0)
      rest >>= 8
    } while rest > 0
    if octets[0] & 0x80 != 0 { octets.insert(0, at: 0) }
    return tagged(0x02, octets)
  }

  private static func objectIdentifier(_ text: String) -> [UInt8] {
    let arcs = text.split(separator: ".").compactMap { Int($0) }
    return tagged(0x06, ([arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)).flatMap(base128))
  }

  private static func base128(_ arc: Int) -> [UInt8] {
    var octets = [UInt8(arc & 0x7f)]
    var rest = arc >> 7
    while rest > 0 {
      octets.insert(UInt8(rest & 0x7f) | 0x80, at: 0)
      rest >>= 7
    }
    return octets
  }
}
