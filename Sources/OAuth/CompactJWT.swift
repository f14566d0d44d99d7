import Octets
import WireJSON

/// A signed JWT in compact form (RFC 7519, RFC 7515 §3.1), read strictly and not yet verified.
struct CompactJWT {
  let header, claims: JSONObject
  /// `header.payload`: what the signature covers.
  let signed: [UInt8]
  let signature: [UInt8]

  init?(_ text: String) {
    guard text.utf8.count <= 16 << 10 else { return nil }
    let parts = text.parts(separatedBy: UInt8(ascii: "."), most: 4)
    guard parts.count == 3,
      let header = Self.octets(parts[0]).flatMap({ try? JSONValue.parse($0, limits: .token).object }),
      let claims = Self.octets(parts[1]).flatMap({ try? JSONValue.parse($0, limits: .token).object }),
      let signature = Self.octets(parts[2])
    else { return nil }
    self.header = header
    self.claims = claims
    signed = Array("\(parts[0]).\(parts[1])".utf8)
    self.signature = signature
  }

  /// RFC 7515 §2: base64url without padding.
  static func octets(_ text: Substring) -> [UInt8]? {
    var octets: [UInt8] = []
    var buffer: UInt32 = 0
    var bits = 0
    for letter in text.utf8 {
      guard let value = value(letter) else { return nil }
      buffer = buffer << 6 | UInt32(value)
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      octets.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
      buffer &= (1 << UInt32(bits)) - 1
    }
    // Left-over bits must be none of a further octet, and zero.
    return bits < 6 && buffer == 0 ? octets : nil
  }

  private static func value(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter + 4
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
