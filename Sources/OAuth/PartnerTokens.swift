import Octets
public import Registry
import Vocabulary

extension PartnerScope {
  /// Scopes that a parameter names.
  private static let most = 16

  /// The scopes of the partner API that a parameter names (RFC 6749 §3.3); nil if it names none of them.
  ///
  /// - Throws: `OAuthError.invalidScope` if it names others too, or one that there is not.
  public static func scopes(parameter text: String?) throws -> Set<PartnerScope>? {
    let named = (text ?? "").parts(separatedBy: UInt8(ascii: " "), most: most)
    guard named.contains(where: { $0.startsWithOctets(of: "partner.") }) else { return nil }
    let scopes = named.compactMap { PartnerScope(rawValue: String($0)) }
    guard scopes.count == named.count else { throw OAuthError.invalidScope }
    return Set(scopes)
  }
}

extension ClientCredentialsGrant {
  /// Issues a token for the partner API, which opens nothing else.
  ///
  /// - Throws: `OAuthError.unauthorizedClient`; `.invalidScope` if the client is not registered for one of them.
  public func issue(_ scopes: Set<PartnerScope>, client: Client) async throws -> TokenService.Issued {
    guard client.grants.contains(.clientCredentials), !client.isPublic else { throw OAuthError.unauthorizedClient }
    guard scopes.isSubset(of: client.partnerScopes) else { throw OAuthError.invalidScope }
    let (issued, record) = try await server.tokens.partnerToken(of: client, scopes)
    let now = server.now
    try await server.store.writeOAuth(reading: []) { store in
      try store.forgetExpired(now: now)
      try store.put(record)
    }
    return issued
  }
}

extension TokenService {
  /// A new token for the partner API, to be stored by the caller's transaction.
  fileprivate func partnerToken(
    of client: Client, _ scopes: Set<PartnerScope>
  ) async throws -> (issued: Issued, record: TokenRecord) {
    let grant = Base64.encodeURL(try await random(16))
    let token = try await secret()
    let record = TokenRecord(
      digest: Self.digest(token), kind: .partner, partner: client.partner.rawValue, signer: nil,
      client: client.id.rawValue, grant: grant, expires: now() + rules.accessLife, scopes: scopes)
    return (Issued(accessToken: token, refreshToken: nil, expiresIn: rules.accessLife), record)
  }

  /// Finds the record of the client for which a token of the partner API speaks. A token of another kind is unknown.
  public func authenticatePartner(_ token: String) async throws -> TokenRecord {
    let digest = Self.digest(token)
    let found = try await store.readOAuth(reading: [.token(digest)]) { try $0.token(digest) }
    guard let record = found, record.kind == .partner else { throw Refusal.unknown }
    guard isOpen(record) else { throw Refusal.expired }
    return record
  }
}

extension TokenRecord {
  /// Kind and scopes as the one text in which stores keep them.
  public var rights: String { ([kind.rawValue] + scopes.map(\.rawValue).sorted()).joined(separator: " ") }

  /// Reads `rights`; nil if it is no such text.
  public static func rights(_ text: String) -> (kind: Kind, scopes: Set<PartnerScope>)? {
    let words = text.parts(separatedBy: UInt8(ascii: " "))
    let scopes = words.dropFirst().compactMap { PartnerScope(rawValue: String($0)) }
    guard let kind = words.first.flatMap({ Kind(rawValue: String($0)) }), scopes.count == words.count - 1,
      scopes.isEmpty || kind == .partner
    else { return nil }
    return (kind, Set(scopes))
  }
}
