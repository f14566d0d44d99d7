internal import Crypto
public import JOSE
internal import JWTKit
internal import Octets
public import OutboundHTTP
internal import SoleControl
internal import Vocabulary
internal import WireJSON

/// Client authentication of the gateway at an OpenID provider (OpenID Connect Core §9, RFC 8705 §2): the same
/// at each of the provider's endpoints.
public enum ProviderAuthentication: Sendable {
  /// A public client: the `client_id` alone.
  case none
  /// `client_secret_basic`: the secret in the Authorization header.
  case secretBasic(String)
  /// `client_secret_post`: the secret among the parameters.
  case secretPost(String)
  /// `private_key_jwt`: a signed statement for each call.
  case privateKeyJWT(AssertionKey, audience: Audience)
  /// `tls_client_auth` and `self_signed_tls_client_auth`: the certificate of the connection.
  case mutualTLS(HTTPClient.Identity)

  /// The `aud` of a statement. RFC 7523 leaves it open, and providers insist on one of them.
  public enum Audience: String, Sendable, CaseIterable {
    /// The URL of the endpoint that is called.
    case endpoint
    /// The provider's issuer.
    case issuer
  }

  /// The identity that the HTTP client of this provider needs. Calls then go to the endpoints that ask for it (RFC 8705
  /// §5).
  public var identity: HTTPClient.Identity? { if case .mutualTLS(let identity) = self { identity } else { nil } }
}

/// The gateway's key for `private_key_jwt`; the provider has its public half.
public struct AssertionKey: Sendable {
  /// Seconds that a statement is good for. It is sent as soon as it is made.
  private static let life: UnixTime = 60

  private enum Key {
    case rs256(JWTKit.Insecure.RSA.PrivateKey)
    case ps256(JWTKit.Insecure.RSA.PrivateKey)
    case es256(ES256PrivateKey)
    case es384(ES384PrivateKey)
    case edDSA(EdDSA.PrivateKey)
  }

  private let key: Key
  private let keyID: JWKIdentifier?

  /// - Parameters:
  ///   - pem: the private key, unencrypted.
  ///   - keyID: `kid` of its public half at the provider; nil for a statement without one.
  /// - Throws: if the key is none, or not one for the algorithm.
  public init(pem: String, algorithm: TokenAlgorithm, keyID: String?) throws {
    self.keyID = keyID.map { JWKIdentifier(string: $0) }
    key =
      switch algorithm {
      case .rs256: .rs256(try JWTKit.Insecure.RSA.PrivateKey(pem: pem))
      case .ps256: .ps256(try JWTKit.Insecure.RSA.PrivateKey(pem: pem))
      case .es256: .es256(try ES256PrivateKey(pem: pem))
      case .es384: .es384(try ES384PrivateKey(pem: pem))
      case .edDSA: .edDSA(try EdDSA.PrivateKey(pem: pem))
      }
  }

  private struct Claims: JWTPayload {
    let iss, sub, aud, jti: String
    let iat, exp: UnixTime

    func verify(using algorithm: some JWTAlgorithm) {}
  }

  /// A statement that is good once.
  func assertion(client: String, audience: String, now: UnixTime) async throws -> String {
    let id = SymmetricKey(size: .bits128).withUnsafeBytes { Hex.encode($0) }
    return try await signer().sign(
      Claims(iss: client, sub: client, aud: audience, jti: id, iat: now, exp: now + Self.life), kid: keyID)
  }

  private func signer() async -> JWTKeyCollection {
    let keys = JWTKeyCollection()
    return switch key {
    case .rs256(let key): await keys.add(rsa: key, digestAlgorithm: .sha256, kid: keyID)
    case .ps256(let key): await keys.add(pss: key, digestAlgorithm: .sha256, kid: keyID)
    case .es256(let key): await keys.add(ecdsa: key, kid: keyID)
    case .es384(let key): await keys.add(ecdsa: key, kid: keyID)
    case .edDSA(let key): await keys.add(eddsa: key, kid: keyID)
    }
  }
}

extension ProviderSettings {
  /// An endpoint that asks for client authentication, from the discovery document: with mutual TLS the provider may
  /// have it elsewhere (RFC 8705 §5).
  func endpoint(_ name: String, in document: JSONObject) -> String? {
    let aliases = authentication.identity == nil ? nil : document["mtls_endpoint_aliases"]?.object
    return aliases?[name]?.string ?? document[name]?.string
  }
}

extension OpenIDProvider {
  /// A form for one of the provider's endpoints, with what the gateway shows of itself there; every such request is
  /// made here.
  func authenticated(
    _ parameters: [(String, String)], to endpoint: String
  ) async throws(EIDTokenError) -> HTTPClient.Request {
    var form = parameters
    var headers = ["Content-Type: application/x-www-form-urlencoded", "Accept: application/json"]
    switch settings.authentication {
    case .none, .mutualTLS: form.append(("client_id", settings.clientID))
    case .secretBasic(let secret):
      // RFC 6749 §2.3.1: the parts are form-encoded before they are joined.
      let pair = "\(PercentText.encode(settings.clientID)):\(PercentText.encode(secret))"
      headers.append("Authorization: Basic \(Base64.encode(Array(pair.utf8)))")
    case .secretPost(let secret): form += [("client_id", settings.clientID), ("client_secret", secret)]
    case .privateKeyJWT(let key, let audience):
      let name = audience == .issuer ? settings.issuer : endpoint
      let assertion: String
      do {
        assertion = try await key.assertion(client: settings.clientID, audience: name, now: now())
      } catch {
        throw .providerUnavailable()
      }
      form += [
        ("client_id", settings.clientID),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
      ]
    }
    let body = form.map { "\($0.0)=\(PercentText.encode($0.1))" }.joined(separator: "&")
    return HTTPClient.Request(url: endpoint, body: Array(body.utf8), headers: headers)
  }
}
