import WireJSON

/// Pushed authorization requests (RFC 9126, CSC v2 §8.4.3).
extension AuthorizationServer {
  private static let prefix = "urn:ietf:params:oauth:request_uri:"

  /// Validates and keeps a request of an authenticated client.
  ///
  /// - Returns: the `request_uri`, good once, for `rules.pushedRequestLife` seconds.
  public func push(
    _ parameters: Parameters, _ dialect: Dialect, client: Client, reader: CredentialReader
  ) async throws -> String {
    // RFC 9126 §2.1: a pushed request cannot point to another one.
    guard parameters["request_uri"] == nil else { throw OAuthError.invalid("request_uri") }
    let request: CodeRequest
    do { request = try await validate(parameters, dialect, client, reader) } catch let refusal as CodeRequestRefusal {
      switch refusal {
      case .page(let error), .redirect(let error, _): throw error
      }
    }
    let reference = try await tokens.secret()
    let (now, rules) = (now, rules)
    // What comes for a public client, anybody can have sent.
    let entry = OAuthEntry(
      kind: .pushedRequest, digest: TokenService.digest(reference), expires: now + rules.pushedRequestLife,
      body: request.json.canonical(), keptFor: client.isPublic ? client.id : nil)
    try await store.writeOAuth { store in
      try store.forgetExpired(now: now)
      try store.put(entry)
      try store.limit(
        .pushedRequest, keptFor: client.id, to: rules.maximumRequests, octets: rules.maximumRequestOctets)
    }
    return Self.prefix + reference
  }

  /// Takes a pushed request out of the store; nil if it is unknown, used, expired or another client's.
  func takePushedRequest(_ uri: String, client: Client) async throws -> CodeRequest? {
    guard uri.hasPrefix(Self.prefix) else { return nil }
    let digest = TokenService.digest(String(uri.dropFirst(Self.prefix.count)))
    let now = now
    return try await store.writeOAuth { store in
      guard let entry = try store.entry(.pushedRequest, digest), now < entry.expires,
        let request = try JSONValue.parse(entry.body, limits: .own).object.flatMap(CodeRequest.init(json:)),
        request.client == client.id
      else { return nil }
      try store.removeEntry(.pushedRequest, digest)
      return request
    }
  }
}
