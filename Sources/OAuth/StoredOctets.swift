import Octets
import WireJSON

extension JSONValue {
  /// Octets as the store keeps them inside a text: base64url.
  static func octets(_ octets: [UInt8]) -> JSONValue { .string(Base64.encodeURL(octets)) }

  var octets: [UInt8]? { string.flatMap { Base64.decodeURL($0) } }
}

extension SealedBox {
  /// For what waits for somebody who brings a secret: the SAD of a credential authorization waits for its code, an ID
  /// token for the browser that fetched it.
  static func opening(with secret: String) -> SealedBox {
    SealedBox(secret: Array(secret.utf8), purpose: "countersign sealed payload")
  }
}
