import Octets
public import Registry
public import Vocabulary

/// Reason why a request for a code is refused, and where that may be said.
public enum CodeRequestRefusal: Error, Sendable {
  /// Client or redirect URI is not known to be good: the answer must not be sent anywhere (RFC 6749 §4.1.2.1).
  case page(OAuthError)
  case redirect(OAuthError, to: Destination)
}

/// A registered redirect URI, and what every answer to it carries.
public struct Destination: Sendable, Equatable {
  public let uri: String
  public let state: String?

  public init(uri: String, state: String?) {
    self.uri = uri
    self.state = state
  }
}

extension AuthorizationServer {
  /// Reads what a request of another scope than `service` asks for out of the parameters. Throws `OAuthError` for one
  /// that cannot be granted.
  public typealias CredentialReader = @Sendable (Parameters, Client) async throws -> CredentialDetails

  /// Longest `state`. CSC v1 has 255 octets; some clients send more.
  private static let longestState = 1024
  /// Octets of a language tag (RFC 5646 §4.4.1: 35 hold every one that is in use).
  private static let longestLanguage = 35

  /// The client that the parameters of `oauth2/authorize` name.
  ///
  /// - Throws: `CodeRequestRefusal`.
  public func client(_ parameters: Parameters) async throws -> Client {
    guard let id = parameters["client_id"], !parameters.repeatsOne else {
      throw CodeRequestRefusal.page(parameters.repeatsOne ? .repeatedParameter : .missing("client_id"))
    }
    guard let client = try await partners.client(ClientID(id)) else {
      throw CodeRequestRefusal.page(.invalid("client_id"))
    }
    return client
  }

  /// Whether people may be asked for this: of a partner whose contract rests, only to delete a credential.
  private func mayAsk(_ client: Client, for scope: Scope) async throws -> Bool {
    guard scope != .credentialDeletion else { return true }
    return try await partners.partner(client.partner)?.isSuspended != true
  }

  /// Validates the parameters of `oauth2/authorize`; those of a pushed request are fetched.
  ///
  /// - Parameters:
  ///   - client: the one that they name.
  ///   - browserSecret: value of the browser's cookie, present or future. The same browser may come again with the same
  ///     request, as long as it is not answered.
  /// - Throws: `CodeRequestRefusal`.
  public func request(
    _ parameters: Parameters, _ version: CSCVersion, of client: Client, browserSecret: String? = nil,
    reader: CredentialReader
  ) async throws -> CodeRequest {
    if let uri = parameters["request_uri"] {
      guard var request = try await pushedRequest(uri, client: client, browserSecret: browserSecret) else {
        throw CodeRequestRefusal.page(OAuthError("invalid_request_uri", "Invalid parameter request_uri"))
      }
      guard try await mayAsk(client, for: request.scope) else {
        throw CodeRequestRefusal.page(.unauthorizedClient)
      }
      // One client repeats its state here. The pushed one counts.
      request.state = request.state ?? parameters["state"]
      return request
    }
    return try await validate(parameters, version, client, browserSecret, reader)
  }

  /// The client of a request, if it is still registered as when it asked. The store's copy of a request is held against
  /// it before anything is sent anywhere.
  func registered(_ request: CodeRequest) async throws -> Client? {
    guard let client = try await partners.client(ClientID(request.client)), request.isAdmitted(by: client),
      try await mayAsk(client, for: request.scope)
    else { return nil }
    return client
  }

  func validate(
    _ parameters: Parameters, _ version: CSCVersion, _ client: Client, _ browserSecret: String?,
    _ reader: CredentialReader
  ) async throws -> CodeRequest {
    let redirectURI = try redirectURI(parameters["redirect_uri"], client, version)
    let state = parameters["state"]
    do {
      guard state.map({ $0.utf8.count <= Self.longestState }) ?? true else { throw OAuthError.invalid("state") }
      guard parameters["request"] == nil else {
        throw OAuthError("request_not_supported", "Parameter request is not supported")
      }
      guard let type = parameters["response_type"] else { throw OAuthError.missing("response_type") }
      guard type == "code" else { throw OAuthError.unsupportedResponseType }
      guard client.grants.contains(.authorizationCode) else { throw OAuthError.unauthorizedClient }
      let named = try scope(parameters)
      let challenge = try self.challenge(parameters, client, version)
      let account = try await parameters["account_token"].asyncMap { try await self.account(of: $0, client: client) }
      // RFC 6749 §4.1.2.1.
      guard named.map(client.scopes.contains) ?? true else { throw OAuthError.invalidScope }
      let details = named == .service ? nil : try await reader(parameters, client)
      // RFC 9396 §5: a type that this client may not use.
      guard details.map({ client.scopes.contains($0.scope) }) ?? true else {
        throw OAuthError("invalid_authorization_details", "Invalid parameter authorization_details")
      }
      guard named == nil || details.map({ $0.scope == named }) ?? true else { throw OAuthError.invalidScope }
      guard try await mayAsk(client, for: details?.scope ?? .service) else { throw OAuthError.unauthorizedClient }
      // Last, so that a request that is refused for something else can be put right and sent again.
      if let account { try await useUp(account, browserSecret: browserSecret) }
      return CodeRequest(
        client: client, redirectURI: redirectURI, namesRedirectURI: parameters["redirect_uri"] != nil, state: state,
        scope: details?.scope ?? .service, challenge: challenge, version: version,
        language: Self.language(parameters),
        account: account?.name, credential: details)
    } catch let error as OAuthError {
      let tooLong = error == .invalid("state")
      throw CodeRequestRefusal.redirect(error, to: Destination(uri: redirectURI, state: tooLong ? nil : state))
    }
  }

  /// Only a wish: what cannot be a language decides nothing.
  private static func language(_ parameters: Parameters) -> String? {
    [
      parameters["lang"],
      parameters["ui_locales"]?.parts(separatedBy: UInt8(ascii: " "), most: 2).first.map(String.init),
    ].lazy
      .compactMap(\.self).first { $0.utf8.count <= longestLanguage }
  }

  /// The redirect URI that the request names, which must be a registered one, or the registered default.
  private func redirectURI(_ named: String?, _ client: Client, _ version: CSCVersion) throws -> String {
    if let named {
      guard client.admits(redirectURI: named) else {
        throw CodeRequestRefusal.page(.invalid("redirect_uri"))
      }
      return named
    }
    guard let first = client.redirectURIs.first, version == .v1 || client.redirectURIs.count == 1 else {
      throw CodeRequestRefusal.page(.missing("redirect_uri"))
    }
    return first
  }

  /// Absent: service, unless a rich request says otherwise (CSC v2 §8.2.2); then nil, and its type tells.
  private func scope(_ parameters: Parameters) throws -> Scope? {
    guard let text = parameters["scope"] else {
      return parameters["authorization_details"] == nil ? .service : nil
    }
    let scope = try Scope(parameter: text)
    guard scope != .service || parameters["authorization_details"] == nil else { throw OAuthError.invalidScope }
    return scope
  }

  private func challenge(_ parameters: Parameters, _ client: Client, _ version: CSCVersion) throws -> String? {
    guard let challenge = parameters["code_challenge"] else {
      guard version == .v1, !client.requiresPKCE, !client.isPublic else { throw OAuthError.missing("code_challenge") }
      guard parameters["code_challenge_method"] == nil else { throw OAuthError.missing("code_challenge") }
      return nil
    }
    guard parameters["code_challenge_method"] == "S256" else {
      throw OAuthError.invalidRequest("code_challenge_method must be S256")
    }
    guard PKCE.isChallenge(challenge) else { throw OAuthError.invalid("code_challenge") }
    return challenge
  }
}

extension Optional {
  fileprivate func asyncMap<Output>(_ body: (Wrapped) async throws -> Output) async rethrows -> Output? {
    guard let self else { return nil }
    return try await body(self)
  }
}

extension CodeRequest {
  /// Whether the client is registered as when it asked: for the same partner, for this grant and scope, and with this
  /// redirect URI.
  func isAdmitted(by client: Client) -> Bool {
    client.id == ClientID(self.client) && client.partner == PartnerID(partner)
      && client.grants.contains(.authorizationCode) && client.scopes.contains(scope)
      && client.admits(redirectURI: redirectURI)
  }
}
