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
      let header = Base64.decodeURL(parts[0]).flatMap({ try? JSONValue.parse($0, limits: .token).object }),
      let claims = Base64.decodeURL(parts[1]).flatMap({ try? JSONValue.parse($0, limits: .token).object }),
      let signature = Base64.decodeURL(parts[2])
    else { return nil }
    self.header = header
    self.claims = claims
    signed = Array("\(parts[0]).\(parts[1])".utf8)
    self.signature = signature
  }
}
