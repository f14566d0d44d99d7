public import Registry
public import Throttling
import JOSE
internal import Octets
import Vocabulary
import WireJSON

/// The parts of a request that prove which client it comes from.
public struct PresentedClient: Sendable {
  /// The parts of a Basic header after form decoding and without it: both are seen in clients. Nil without a header.
  public var basic: (id: String, secrets: [[UInt8]])?
  /// SHA-256 of the certificate of the connection, if it has one.
  public var certificate: [UInt8]?
  /// URLs under which the called endpoint is known, for `aud` of an assertion.
  public var audiences: [String]
  public var origin: Origin

  public init(
    basic: (id: String, secrets: [[UInt8]])?, certificate: [UInt8]?, audiences: [String], origin: Origin = .local
  ) {
    self.origin = origin
    self.basic = basic
    self.certificate = certificate
    self.audiences = audiences
  }
}

/// Finds out which client a request comes from.
public struct ClientAuthentication: Sendable {
  private let server: AuthorizationServer
  private var rules: AuthorizationServer.Rules { server.rules }
  private var now: Int64 { server.now }

  public init(_ server: AuthorizationServer) { self.server = server }

  private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  /// The client that sent a request to the token, revocation or PAR endpoint. Errors are the rows of CSC v1 §8.3.3.
  ///
  /// Wrong proofs are counted by client and address, and right ones too are not looked at while one has to wait. That
  /// is decided in one transaction with the count, so that many tries at once are as one after the other. A right one
  /// stands in the same line, and changes nothing but once a day.
  ///
  /// - Parameter check: refuses what the client that is named may not do at all, before its proof is looked at, which
  ///   may be good once.
  public func authenticate(
    _ presented: PresentedClient, _ parameters: Parameters, after check: (Client) throws -> Void = { _ in }
  ) async throws -> Client {
    let named = try await namedClient(presented, parameters)
    if case .success(let client) = named { try check(client) }
    let result: Result<Client, OAuthError>
    do { result = .success(try await proven(named, presented, parameters)) } catch let error as OAuthError {
      guard Self.isGuess(error) else { throw error }
      result = .failure(error)
    }
    if case .success(let client) = result, client.isPublic { return client }
    // Made-up clients must not make many counters.
    try await count(result, try? named.get().id.rawValue, presented.origin)
    return try result.get()
  }

  private func count(_ result: Result<Client, OAuthError>, _ client: String?, _ origin: Origin) async throws {
    let pair = client.map { ThrottleKey(.clientPair, $0, origin.address, owner: ThrottleKey.owner(ofClient: $0)) }
    let keys =
      [ThrottleKey(.clientAddress, origin.address, owner: ThrottleKey.owner(ofAddress: origin.address))]
      + (client.map { [ThrottleKey(.client, $0, owner: ThrottleKey.owner(ofClient: $0))] } ?? [])
      + (pair.map { [$0] } ?? [])
    let now = now
    guard case .failure = result else {
      // In the writer's line, although there is as a rule nothing to write: wrong guesses that stand before this one
      // there are not committed yet, and would not be seen by a reader.
      return try await server.store.writeOAuth(
        reading: keys.map { .throttle($0, $0 == pair ? .exclusive : .shared) }
      ) { store in
        guard let pair, try Self.isNews(keys, pair, now: now, store) else { return }
        try store.markKnown(pair, now: now)
      }
    }
    try await server.store.writeOAuth(reading: keys.exclusive) { store in
      if let wait = try store.wait(keys, known: pair, now: now) { throw OAuthError.tooManyTries(retryAfter: wait) }
      try store.count(keys, now: now)
    }
  }

  /// Whether a success is to be noted.
  ///
  /// - Throws: `tooManyTries` if right proofs too are not looked at now.
  private static func isNews(
    _ keys: [ThrottleKey], _ pair: ThrottleKey?, now: Int64, _ store: any OAuthReading
  ) throws -> Bool {
    if let wait = try store.wait(keys, known: pair, now: now) { throw OAuthError.tooManyTries(retryAfter: wait) }
    guard let pair else { return false }
    let before = try store.throttleRecord(pair)
    return before.failures > 0 || before.succeeded <= now - dayOfSuccess
  }

  /// Precision of the last success: not every request writes. Seconds.
  private static let dayOfSuccess: Int64 = 86400

  /// Whether the error says that something was wrong which one could go on guessing. The names of clients are no
  /// secrets.
  private static func isGuess(_ error: OAuthError) -> Bool { error == .wrongSecret || error.code == "invalid_client" }

  /// - Parameter named: the client whom the request names, which is not proven yet.
  private func proven(
    _ named: Result<Client, OAuthError>, _ presented: PresentedClient, _ parameters: Parameters
  ) async throws -> Client {
    guard !parameters.repeatsOne else { throw OAuthError.repeatedParameter }
    let client = try named.get()
    let proofs = [
      presented.basic != nil, parameters["client_secret"] != nil, parameters["client_assertion"] != nil,
    ].count { $0 }
    // RFC 6749 §2.3: no more than one method in a request. Some clients send the secret twice, which proves the same.
    guard proofs <= 1 || sendsSecretTwice(presented, parameters) else {
      throw OAuthError.invalidRequest("More than one client authentication method")
    }
    if let basic = presented.basic {
      try check(basic.secrets, of: client, .secretBasic)
    } else if let secret = parameters["client_secret"] {
      try check([Array(secret.utf8)], of: client, .secretPost)
    } else if parameters["client_assertion"] != nil || parameters["client_assertion_type"] != nil {
      try await checkAssertion(parameters, presented.audiences, of: client)
    } else if client.methods.contains(.certificate) {
      guard let certificate = presented.certificate, certificate == client.certificate else {
        throw OAuthError.certificateMissing
      }
    } else {
      guard client.methods.contains(.none) else { throw OAuthError.clientAuthenticationRequired }
    }
    return client
  }

  /// `client_id` in the form, or the name in the header or in the assertion.
  private func namedClient(
    _ presented: PresentedClient, _ parameters: Parameters
  ) async throws -> Result<Client, OAuthError> {
    guard let id = parameters["client_id"] ?? presented.basic?.id ?? subject(of: parameters["client_assertion"]) else {
      return .failure(.missing("client_id"))
    }
    guard presented.basic == nil || (presented.basic?.id).isSame(as: id),
      let client = try await server.partners.client(ClientID(id))
    else { return .failure(.invalid("client_id")) }
    return .success(client)
  }

  private func sendsSecretTwice(_ presented: PresentedClient, _ parameters: Parameters) -> Bool {
    guard let basic = presented.basic, let secret = parameters["client_secret"] else { return false }
    return parameters["client_assertion"] == nil && basic.secrets.contains(Array(secret.utf8))
  }

  private func check(
    _ secrets: [[UInt8]], of client: Client, _ method: Client.AuthenticationMethod
  ) throws {
    // A public client may send a Basic header with an empty secret (one of the known clients always does).
    if client.isPublic, secrets.allSatisfy(\.isEmpty) { return }
    guard client.methods.contains(method), let expected = client.secret?.octets,
      secrets.contains(where: { ConstantTime.isEqual(OctetDigest.sha256($0), OctetDigest.sha256(expected)) })
    else { throw OAuthError.wrongSecret }
  }

  // MARK: private_key_jwt (RFC 7523 §3, OpenID Connect Core §9)

  /// Read unverified, only to find out whose keys to use.
  private func subject(of assertion: String?) -> String? {
    guard let jwt = assertion.flatMap({ try? CompactJWS($0) }), jwt.signature != nil else { return nil }
    return jwt.claims?["sub"]?.string
  }

  private func checkAssertion(_ parameters: Parameters, _ audiences: [String], of client: Client) async throws {
    guard let assertion = parameters["client_assertion"] else { throw OAuthError.missing("client_assertion") }
    guard parameters["client_assertion_type"] == Self.assertionType else {
      throw OAuthError.invalid("client_assertion_type")
    }
    guard client.methods.contains(.privateKeyJWT), let keys = client.keys,
      let claims = await server.assertions.claims(of: assertion, keys: keys)
    else { throw OAuthError.invalidClient("Invalid parameter client_assertion") }
    let now = now
    guard claims["iss"] == .string(client.id.rawValue), claims["sub"] == .string(client.id.rawValue),
      Self.audience(claims).contains(where: { audiences.containsSame(as: $0) || $0.isSame(as: rules.issuer) }),
      let expires = NumericDate(claims["exp"])?.floor, now < expires + rules.clockSkew,
      expires <= now + rules.assertionLife + rules.clockSkew,
      claims["nbf"].map({ NumericDate($0).map { $0.ceiling <= now + rules.clockSkew } ?? false }) ?? true,
      let id = claims["jti"]?.string, !id.isEmpty,
      try await server.useOnce("assertion \(client.id) \(id)", until: expires + rules.clockSkew)
    else { throw OAuthError.invalidClient("Invalid parameter client_assertion") }
  }

  private static func audience(_ claims: JSONObject) -> [String] {
    switch claims["aud"] {
    case .string(let one)?: [one]
    case .array(let several)?: several.compactMap(\.string)
    default: []
    }
  }
}

extension AuthorizationServer {
  /// Whether a token's id is seen for the first time, or again by the same user.
  ///
  /// - Parameter user: digest of a secret of the browser that may come with it again; nil if none may.
  func useOnce(_ id: String, until expires: Int64, by user: [UInt8]? = nil) async throws -> Bool {
    let digest = TokenService.digest(id)
    let now = now
    return try await store.writeOAuth(reading: [.entry(.usedID, digest, .exclusive)]) { store in
      if let used = try store.entry(.usedID, digest) {
        return user.map { ConstantTime.isEqual($0, used.body) } ?? false
      }
      try store.forgetExpired(now: now)
      try store.put(OAuthEntry(kind: .usedID, digest: digest, expires: expires, body: user ?? []))
      return true
    }
  }
}
