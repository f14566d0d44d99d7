internal import Crypto
internal import Octets
internal import WireJSON

/// `account_token`: a JWT under SHA-256 of the client's secret (CSC v1 §8.3.2, v2 §8.2.1).
struct AccountToken {
  var header: JSONValue = ["typ": "JWT", "alg": "HS256"]
  var payload: JSONValue

  init(account: String, client: String, issued: Double, id: String) {
    payload = [
      "sub": .string(account), "iat": .integer(Int64(issued)), "jti": .string(id), "iss": "Countersign conformance",
      "azp": .string(client),
    ]
  }

  func text(secret: String) -> String {
    let signed = [header, payload].map { Base64.encodeURL($0.compact()) }.joined(separator: ".")
    let key = SymmetricKey(data: OctetDigest.sha256(secret))
    let mac = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)
    return "\(signed).\(Base64.encodeURL(Array(mac)))"
  }
}
