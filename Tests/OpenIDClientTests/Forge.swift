import Crypto
import OpenIDClient
import Foundation
import Hummingbird
import JWTKit
import NIOCore
import Octets
import OutboundHTTP
import SoleControl
import Vocabulary
import Synchronization
import TestSupport
import WireJSON

/// A provider whose every claim, header, key and answer the test chooses.
final class Forge: Sendable {
  struct Keys {
    var es256 = ES256PrivateKey()
    var kid = "k1"
    var published: [JSONValue] = []
  }

  static let now: Int64 = 1_800_000_000
  let keys = Mutex(Keys())
  let readings = Mutex(0)
  /// Answers of introspection and userinfo.
  let answers = Mutex<[String: JSONValue]>([:])
  /// Userinfo as a signed JWT instead.
  let signedUserInfo = Mutex<String?>(nil)
  /// Requests that were sent to them.
  let received = Mutex<[String]>([])
  /// Whether everything gets 500.
  let isBroken = Mutex(false)
  let other = ES256PrivateKey()

  static func jwk(_ key: ES256PrivateKey, kid: String) -> JSONValue {
    point(key.publicKey.parameters, "P-256", "ES256", kid)
  }

  static func jwk(_ key: ES384PrivateKey, kid: String) -> JSONValue {
    point(key.publicKey.parameters, "P-384", "ES384", kid)
  }

  static func jwk(_ key: JWTKit.Insecure.RSA.PublicKey, kid: String) throws -> JSONValue {
    let numbers = try key.getKeyPrimitives()
    return [
      "kty": "RSA", "kid": .string(kid), "n": .string(base64url(numbers.modulus)),
      "e": .string(base64url(numbers.publicExponent)),
    ]
  }

  static func jwk(_ key: Curve25519.Signing.PublicKey, kid: String) -> JSONValue {
    ["kty": "OKP", "crv": "Ed25519", "kid": .string(kid), "x": .string(base64url(key.rawRepresentation))]
  }

  /// The right claims, for JWTKit to sign.
  struct Payload: JWTPayload {
    let iss: String
    var sub = "subject-1"
    var aud = "us"
    var acr = "high"
    var nonce = "n-1"
    var exp = Forge.now + 300
    var iat = Forge.now
    var auth_time = Forge.now - 3

    init(issuer: String) { iss = issuer }

    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private static func point(_ point: ECDSAParameters?, _ curve: String, _ algorithm: String, _ kid: String) -> JSONValue
  {
    [
      "kty": "EC", "crv": .string(curve), "kid": .string(kid), "alg": .string(algorithm), "x": url(point?.x),
      "y": url(point?.y),
    ]
  }

  private static func url(_ text: String?) -> JSONValue {
    .string(Base64.encodeURL(text.flatMap(Base64.decode) ?? []))
  }

  static func claims(issuer: String) -> [String: Any] {
    [
      "iss": issuer, "sub": "subject-1", "aud": "us", "exp": now + 300, "iat": now, "auth_time": now - 3,
      "nonce": "n-1", "acr": "high",
    ]
  }

  /// Signs any header and claims, as no honest library would.
  static func token(header: [String: Any], claims: [String: Any], key: ES256PrivateKey) throws -> String {
    func part(_ object: [String: Any]) throws -> String {
      base64url(try JSONSerialization.data(withJSONObject: object))
    }
    let input = try part(header) + "." + part(claims)
    let signing = try P256.Signing.PrivateKey(pemRepresentation: key.pemRepresentation)
    return input + "." + base64url(try signing.signature(for: Data(input.utf8)).rawRepresentation)
  }

  static func base64url(_ data: Data) -> String {
    Base64.encodeURL(Array(data))
  }

  /// Runs `body` with a provider that trusts this forge.
  func with(
    _ change: @escaping @Sendable (inout ProviderSettings) -> Void = { _ in },
    _ body: @escaping @Sendable (OpenIDProvider, _ issuer: String, TestTime) async throws -> Void
  ) async throws {
    keys.withLock { $0.published = [Self.jwk($0.es256, kid: $0.kid)] }
    let issuer = Mutex("")
    try await LocalServer.serve(router { issuer.withLock { $0 } }) { base in
      issuer.withLock { $0 = base }
      let time = TestTime()
      var settings = ProviderSettings(
        issuer: base, clientID: "us", levels: ["low": .low, "substantial": .substantial, "high": .high])
      change(&settings)
      let provider = OpenIDProvider(settings, client: ScriptedProvider.plainClient, now: { time.now })
      try await body(provider, base, time)
    }
  }

  private func router(_ issuer: @escaping @Sendable () -> String) -> Router<BasicRequestContext> {
    let router = Router()
    router.get(".well-known/openid-configuration") { _, _ in
      let base = issuer()
      func endpoint(_ name: String) -> JSONValue { .string(base + "/" + name) }
      return self.answer([
        "issuer": .string(base), "jwks_uri": endpoint("jwks"), "token_endpoint": endpoint("token"),
        "introspection_endpoint": endpoint("introspect"), "userinfo_endpoint": endpoint("userinfo"),
      ])
    }
    router.get("jwks") { _, _ in
      self.readings.withLock { $0 += 1 }
      return self.answer(["keys": .array(self.keys.withLock { $0.published })])
    }
    router.post("introspect") { request, _ in
      let body = try await request.body.collect(upTo: 64 << 10)
      self.received.withLock { $0.append(String(buffer: body)) }
      return self.answer(self.answers.withLock { $0["introspect"] } ?? ["active": false])
    }
    router.get("userinfo") { request, _ in
      self.received.withLock { $0.append(request.headers[.authorization] ?? "") }
      if let text = self.signedUserInfo.withLock({ $0 }) {
        return Response(
          status: .ok, headers: [.contentType: "Application/JWT; charset=utf-8"],
          body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
      }
      guard let answer = self.answers.withLock({ $0["userinfo"] }) else { return Response(status: .unauthorized) }
      return self.answer(answer)
    }
    return router
  }

  private func answer(_ json: JSONValue) -> Response {
    guard !isBroken.withLock({ $0 }) else { return Response(status: .internalServerError) }
    return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.compact())))
  }
}

final class TestTime: Sendable {
  private let time = Mutex(Forge.now)
  var now: Int64 { time.withLock { $0 } }
  func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
}
