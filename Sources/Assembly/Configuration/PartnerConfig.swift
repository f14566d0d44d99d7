import Foundation
import HTTPGateway
import Logging
import Octets
import Registry
import Texts
import Vocabulary
import WireJSON

extension Config {
  /// Warns of clients that authenticate by mutual TLS, for which `tls.clientCertificates` must be there.
  func warnOfClientCertificates(_ partners: [Partner], _ logger: Logger) {
    guard tls?.clientCertificates == nil,
      partners.contains(where: { $0.clients.contains { $0.methods.contains(.certificate) } })
    else { return }
    logger.warning("clients with certificates cannot connect: tls.clientCertificates is missing")
  }
}

extension Partner {
  /// A partner: an organisation whose customers sign, its look on the pages, and its software. Members:
  /// - `id`: at most 255 characters; in every credential and SAD of its customers. Never changes.
  /// - `name`: as customers know it.
  /// - `colour`: `#rrggbb`. `logo`: path of a PNG, JPEG, WebP or SVG file. `words`: by language, `welcome` and the URLs
  ///   `terms`, `privacy`, `help`. All optional.
  /// - `frameOrigins`: origins that may show the pages in a frame. Default: none.
  /// - `browserOrigins`: origins such as `https://portal.example` whose scripts may call the API, the token endpoint
  ///   and the like from a browser; never the pages. Default: none.
  /// - `opensInPopUps`: true lets the pages' windows stay known to the page that opened them. Default: false.
  /// - `webhooks`: settings for calls to the partner (`Partner.Webhooks`). Absent: the gateway makes none.
  /// - `statements`: rules for its statements about its customers (`Partner.Statements`). Absent: it makes none.
  /// - `receipts`: true has answers with signatures say in `X-Receipt` where the partner can fetch the receipt, a file
  ///   that proves the signature from the audit log. Default: false.
  /// - `clients`: the partner's OAuth clients (`Client`).
  init(_ reader: ConfigReader) throws {
    self.init(id: PartnerID(try reader.string("id", longest: 255)), name: try reader.string("name"))
    webhooks = try reader.optional("webhooks").map { try Webhooks($0) }
    statements = try reader.optional("statements").map { try Statements($0) }
    brand = try Brand(partner: reader)
    do { _ = try HTTPGateway.Brand(self) } catch { throw reader.error(error.member, error.what) }
    browserOrigins = try reader.optionalStrings("browserOrigins") ?? []
    for text in browserOrigins where BrowserOrigin(text) == nil {
      throw reader.error("browserOrigins", "must list https origins such as https://portal.example: \(text)")
    }
    receipts = try reader.bool("receipts", default: false)
    let id = id
    // Those of a contract are registered one by one.
    if case .files = reader.contents { clients = try reader.list("clients").map { try Client($0, partner: id) } }
    try checkClients(reader)
    try reader.finish()
  }

  /// - Parameter reader: of the partner, or of the client that came last.
  func checkClients(_ reader: ConfigReader) throws {
    guard webhooks?.messenger != nil || !clients.contains(where: { $0.trustedScopes.contains(.credentialCreation) })
    else {
      throw reader.error(
        "webhooks", "need a messenger for a client that is trusted with credential-creation (trustedScopes)")
    }
  }
}

extension Partner.Brand {
  /// - Parameter reader: of the partner.
  fileprivate init(partner reader: ConfigReader) throws {
    self.init()
    colour = try reader.optionalString("colour")
    logo = try reader.octets("logo")
    if let languages = try reader.optional("words") {
      for name in languages.names {
        guard Language(rawValue: name) != nil else {
          throw languages.error(name, "is not one of \(Language.allCases.map(\.rawValue))")
        }
        words[name] = try Words(languages.object(name))
      }
    }
    frameOrigins = try reader.optionalStrings("frameOrigins") ?? []
    opensInPopUps = try reader.bool("opensInPopUps", default: false)
  }
}

extension Partner.Brand.Words {
  fileprivate init(_ reader: ConfigReader) throws {
    self.init(
      welcome: try reader.optionalString("welcome"), terms: try reader.optionalString("terms"),
      privacy: try reader.optionalString("privacy"), help: try reader.optionalString("help"))
    try reader.finish()
  }
}

extension Client {
  /// Members:
  /// - `id`: at most 255 characters. `name`: for people, at most 80.
  /// - `authentication`: a list of names of RFC 7591: `client_secret_basic`, `client_secret_post`, `private_key_jwt`,
  ///   `self_signed_tls_client_auth`, or `none` alone, for a public client.
  /// - `secretFile`: path of a file whose first line is the secret, of 16 characters or more; needed for
  ///   `client_secret_basic` and `client_secret_post`, refused otherwise.
  /// - `keysFile`: path of a JWK set; needed for `private_key_jwt`, refused otherwise.
  /// - `certificate`: path of a PEM file; needed for `self_signed_tls_client_auth`, refused otherwise.
  /// - `grants`: a list of `authorization_code`, `client_credentials`, `refresh_token`.
  /// - `redirectURIs`: needed for `authorization_code`, refused otherwise. The first is v1's default; the port of a
  ///   public client's loopback address is free (RFC 8252 §7.3).
  /// - `requiresPKCE`: false only for confidential clients of v1. Default: true.
  /// - `scopes`: those that it may ask people for, `service`, `credential`, `credential-creation`,
  ///   `credential-deletion`. Default: the first two.
  /// - `trustedScopes`: those that it may carry out without asking the person, by `client_credentials`:
  ///   `credential-creation` (the partner needs a messenger, which brings the person the link to set the PIN),
  ///   `credential-deletion`. Default: none.
  /// - `partnerScopes`: scopes of the partner API that its tokens may have, by `client_credentials`: `partner.read`,
  ///   `partner.identify`, `partner.issue`, `partner.revoke`, `partner.audit`. Default: none.
  /// - `tokenParametersInQuery`: true lets it send the parameters of `oauth2/token` in the query, where proxies write
  ///   them into their logs; only for confidential clients that cannot send them in the body, and never their secret.
  ///   Default: false; such a request is refused.
  init(_ reader: ConfigReader, partner: PartnerID) throws {
    let id = try reader.string("id", longest: 255)
    let methods = try Self.names("authentication", reader, AuthenticationMethod.self)
    let grants = try Self.names("grants", reader, Grant.self)
    let secret = try reader.optionalSecret("secretFile")
    let keys = try reader.octets("keysFile").map { octets in
      guard let keys = try? JSONValue.parse(octets, limits: .configuration), keys.object?["keys"]?.array != nil else {
        throw reader.error("keysFile", "is not a JWK set")
      }
      return octets
    }
    let certificate = try reader.octets("certificate").map { octets in
      guard let der = PEM.certificate(octets) else { throw reader.error("certificate", "is not a PEM certificate") }
      return OctetDigest.sha256(der)
    }
    let redirectURIs = try reader.optionalStrings("redirectURIs") ?? []
    self.init(
      id: ClientID(id), partner: partner, name: try reader.string("name", longest: 80), methods: Set(methods),
      secret: secret.map { Secret($0) }, keys: keys, certificate: certificate, redirectURIs: redirectURIs,
      grants: Set(grants), requiresPKCE: try reader.bool("requiresPKCE", default: true),
      scopes: try reader.optionalStrings("scopes") != nil
        ? Set(Self.names("scopes", reader, Scope.self)) : Client.usualScopes,
      trustedScopes: try reader.optionalStrings("trustedScopes") != nil
        ? Set(Self.names("trustedScopes", reader, Scope.self)) : [],
      partnerScopes: try reader.optionalStrings("partnerScopes") != nil
        ? Set(Self.names("partnerScopes", reader, PartnerScope.self)) : [],
      sendsParametersInQuery: try reader.bool("tokenParametersInQuery", default: false))
    try check(reader)
    try reader.finish()
  }

  private func check(_ reader: ConfigReader) throws {
    guard !methods.contains(.none) || methods.count == 1 else {
      throw reader.error("authentication", "cannot combine none with other methods")
    }
    let usesSecret = !methods.isDisjoint(with: [.secretBasic, .secretPost])
    guard usesSecret == (secret != nil) else {
      throw reader.error("secretFile", usesSecret ? "is missing" : "is not used by these methods")
    }
    guard secret.map({ $0.octets.count >= 16 }) ?? true else {
      throw reader.error("secretFile", "has fewer than 16 characters")
    }
    guard methods.contains(.privateKeyJWT) == (keys != nil) else {
      throw reader.error("keysFile", "is needed for private_key_jwt, and for nothing else")
    }
    guard methods.contains(.certificate) == (certificate != nil) else {
      throw reader.error("certificate", "is needed for self_signed_tls_client_auth, and for nothing else")
    }
    if !requiresPKCE {
      reader.warn(
        "requiresPKCE", "is false: a stolen code can be redeemed; set it to true once the client supports PKCE")
    }
    if sendsParametersInQuery {
      reader.warn(
        "tokenParametersInQuery",
        "is true: codes and refresh tokens get into the logs of proxies; have the client send them in the body")
    }
    guard !sendsParametersInQuery || !isPublic else {
      throw reader.error(
        "tokenParametersInQuery", "cannot be true for a public client: a code in a log is all it takes")
    }
    guard requiresPKCE || !isPublic else { throw reader.error("requiresPKCE", "cannot be false for a public client") }
    guard grants.contains(.authorizationCode) == !redirectURIs.isEmpty else {
      throw reader.error("redirectURIs", "are needed for the grant authorization_code, and for nothing else")
    }
    guard trustedScopes.isSubset(of: Self.trustableScopes) else {
      throw reader.error(
        "trustedScopes", "can only be \(Self.trustableScopes.map(\.rawValue).sorted()): the rest is the person's")
    }
    guard trustedScopes.isEmpty || (grants.contains(.clientCredentials) && !isPublic) else {
      throw reader.error("trustedScopes", "need the grant client_credentials, and a client that proves who it is")
    }
    guard partnerScopes.isEmpty || (grants.contains(.clientCredentials) && !isPublic) else {
      throw reader.error("partnerScopes", "need the grant client_credentials, and a client that proves who it is")
    }
    for uri in redirectURIs where !Self.isRedirectURI(uri) {
      throw reader.error(
        "redirectURIs", "must be absolute, without fragment or wildcard, and https unless local: \(uri)")
    }
  }

  /// RFC 6749 §3.1.2, RFC 8252 §7: https, an app's own scheme, or the same machine.
  private static func isRedirectURI(_ text: String) -> Bool {
    guard text.utf8.allSatisfy(WebURL.isURICharacter), let parts = URLComponents(string: text),
      let scheme = parts.scheme?.lowercased(), parts.fragment == nil,
      !text.contains("*"), parts.user == nil
    else { return false }
    switch scheme {
    case "https": return parts.host?.isEmpty == false
    case "http": return ["127.0.0.1", "localhost", "::1", "[::1]"].contains(parts.host ?? "")
    case "javascript", "data", "vbscript", "file", "about", "blob": return false
    default: return true
    }
  }

  private static func names<Name: RawRepresentable & CaseIterable>(
    _ member: String, _ reader: ConfigReader, _ type: Name.Type
  ) throws -> [Name] where Name.RawValue == String {
    let texts = try reader.optionalStrings(member) ?? []
    let names = texts.compactMap(Name.init(rawValue:))
    guard !names.isEmpty, names.count == texts.count else {
      throw reader.error(member, "must list one or more of \(Name.allCases.map(\.rawValue))")
    }
    return names
  }
}

/// RFC 7468.
enum PEM {
  /// DER of the first certificate in a file's octets.
  static func certificate(_ octets: [UInt8]) -> [UInt8]? {
    guard let text = String(bytes: octets, encoding: .utf8), let start = text.range(of: "-----BEGIN CERTIFICATE-----"),
      let end = text.range(of: "-----END CERTIFICATE-----", range: start.upperBound..<text.endIndex)
    else { return nil }
    return Data(base64Encoded: text[start.upperBound..<end.lowerBound].filter { !$0.isWhitespace }).map { [UInt8]($0) }
  }
}
