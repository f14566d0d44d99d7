import JOSE
import Octets
import Testing
import WireJSON

@Suite("JWK sets", .timeLimit(.minutes(1)))
struct KeySetTests {
  private static func key(_ changes: KeyValuePairs<String, JSONValue> = [:]) -> JSONValue {
    var key = JSONObject([("kty", "EC"), ("crv", "P-256"), ("kid", "k")])
    for (name, value) in changes { key[name] = value }
    return .object(key)
  }

  private func count(_ keys: [JSONValue], _ keyID: String? = "k") -> Int? {
    KeySet(["keys": .array(keys)])?.candidates(for: .es256, keyID: keyID).count
  }

  @Test("a document without keys is no set", arguments: [[], [:], ["keys": [:]], "keys", ["key": []]] as [JSONValue])
  func none(document: JSONValue) { #expect(KeySet(document) == nil) }

  @Test("keys for something else, of another kind, curve, algorithm or name are passed over")
  func candidates() {
    #expect(count([Self.key()]) == 1)
    #expect(count([Self.key(["use": "sig", "key_ops": ["verify"], "alg": "ES256"])]) == 1)
    let others: [KeyValuePairs<String, JSONValue>] = [
      ["use": "enc"], ["use": 1], ["key_ops": ["sign"]], ["key_ops": "verify"], ["alg": "ES384"], ["alg": 1],
      ["crv": "P-384"], ["kty": "RSA"], ["kid": "K"], ["kid": 1],
    ]
    for other in others { #expect(count([Self.key(other)]) == 0, "\(other)") }
    #expect(count(["no key", 1, Self.key()]) == 1)
    #expect(count([Self.key(["kid": "a"]), Self.key(["kid": "b"])], nil) == 2)
    #expect(count([Self.key(["kid": "e\u{301}"])], "\u{e9}") == 0)
  }

  @Test("of many keys that fit, a few are tried; of many keys, some are looked at")
  func bounds() {
    #expect(count([JSONValue](repeating: Self.key(), count: 20)) == 8)
    #expect(count([JSONValue](repeating: "no key", count: 1000) + [Self.key()]) == 0)
  }

  @Test("RSA keys have 2048 bits at least, leading zeros not counted")
  func strength() {
    func isStrong(_ modulus: [UInt8]) -> Bool {
      KeySet.isStrong(JSONObject([("kty", "RSA"), ("n", .string(Base64.encodeURL(modulus)))]))
    }
    let strong = [UInt8](repeating: 0xff, count: 256)
    #expect(isStrong(strong) && isStrong([0] + strong))
    #expect(!isStrong([0] + strong.dropLast()) && !isStrong([]))
    #expect(!KeySet.isStrong(JSONObject([("kty", "RSA")])) && KeySet.isStrong(JSONObject([("kty", "EC")])))
  }

  @Test("a set of one key is read back")
  func document() {
    let set = KeySet.document(ofP256: Array(0..<64), keyID: "k")
    let keys = KeySet(set)?.candidates(for: .es256, keyID: "k")
    #expect(keys?.first?["x"]?.string == Base64.encodeURL(Array(0..<32)))
    #expect(keys?.first?["y"]?.string == Base64.encodeURL(Array(32..<64)))
  }
}
