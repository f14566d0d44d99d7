import Octets
public import Registry
public import Vocabulary
import WireJSON

/// Pushed authorization requests (RFC 9126, CSC v2 §8.2.3).
extension AuthorizationServer {
  private static let prefix = "urn:ietf:params:oauth:request_uri:"

  /// Validates and keeps a request of an authenticated client.
  ///
  /// - Returns: the `request_uri`, good for one answer; to be opened within `rules.pushedRequestLife` seconds.
  public func push(
    _ parameters: Parameters, _ version: CSCVersion, client: Client, reader: CredentialReader
  ) async throws -> String {
    // RFC 9126 §2.1: a pushed request cannot point to another one.
    guard parameters["request_uri"] == nil else { throw OAuthError.invalid("request_uri") }
    let request: CodeRequest
    do { request = try await validate(parameters, version, client, nil, reader) } catch let refusal
      as CodeRequestRefusal
    {
      switch refusal {
      case .page(let error), .redirect(let error, _): throw error
      }
    }
    let reference = try await tokens.secret()
    let (now, rules) = (now, rules)
    // A request for a public client may come from anybody.
    let entry = PushedRequest(request: request, opened: nil, keptFor: client.isPublic ? client.id.rawValue : nil)
      .entry(digest: TokenService.digest(reference), expires: now + rules.pushedRequestLife)
    try await store.writeOAuth(reading: [.kept(.pushedRequest, client: client.id.rawValue, .exclusive)]) { store in
      try store.forgetExpired(now: now)
      try store.put(entry)
      try store.limit(
        .pushedRequest, keptFor: client.id.rawValue, to: rules.maximumRequests, octets: rules.maximumRequestOctets)
    }
    return Self.prefix + reference
  }

  /// The pushed request; nil if it is unknown, answered, expired, another client's, or open in another browser.
  ///
  /// RFC 9126 §4 lets a server take a `request_uri` again when a browser loads the page again. So it belongs to the
  /// browser that opens it first (`begin`), for as long as a person has for the pages, until it is answered.
  func pushedRequest(_ uri: String, client: Client, browserSecret: String?) async throws -> CodeRequest? {
    guard uri.startsWithOctets(of: Self.prefix) else { return nil }
    let digest = TokenService.digest(String(decoding: uri.utf8.dropFirst(Self.prefix.utf8.count), as: UTF8.self))
    let now = now
    let kept = try await store.readOAuth(reading: [.entry(.pushedRequest, digest)]) {
      try $0.pushedRequest(digest, now: now)
    }
    guard let kept, kept.request.isAdmitted(by: client), kept.isOpen(to: browserSecret.map(TokenService.digest)) else {
      return nil
    }
    var request = kept.request
    request.pushed = digest
    return request
  }
}

/// A pushed request as the store keeps it.
struct PushedRequest: Sendable {
  let request: CodeRequest
  /// SHA-256 of the secret of the browser that opened it, and until when that may open it again.
  var opened: (browser: [UInt8], until: Int64)?
  let keptFor: String?

  func isOpen(to browser: [UInt8]?) -> Bool {
    guard let opened else { return true }
    return browser.map { ConstantTime.isEqual($0, opened.browser) } ?? false
  }

  func entry(digest: [UInt8], expires: Int64) -> OAuthEntry {
    var body = JSONObject([("request", request.json)])
    if let opened {
      body["browser"] = .octets(opened.browser)
      body["until"] = .integer(opened.until)
    }
    return OAuthEntry(
      kind: .pushedRequest, digest: digest, expires: expires, body: JSONValue.object(body).canonical(),
      keptFor: keptFor)
  }
}

extension OAuthReading {
  /// Nil if it is unknown, or it is too late to open it.
  func pushedRequest(_ digest: [UInt8], now: Int64) throws -> PushedRequest? {
    guard let entry = try entry(.pushedRequest, digest), now < entry.expires,
      let body = try JSONValue.parse(entry.body, limits: .own).object,
      let request = body["request"]?.object.flatMap(CodeRequest.init(json:))
    else { return nil }
    var kept = PushedRequest(request: request, opened: nil, keptFor: entry.keptFor)
    if let browser = body["browser"]?.octets, let until = body["until"]?.integer {
      guard Lifetime(expires: until, longest: AuthorizationServer.Rules.standardTransactionLife).isOpen(at: now) else {
        return nil
      }
      kept.opened = (browser, until)
    }
    let longest = AuthorizationServer.Rules.standardPushedRequestLife
    guard kept.opened != nil || Lifetime(expires: entry.expires, longest: longest).isOpen(at: now) else { return nil }
    return kept
  }
}

extension OAuthWriting {
  /// Notes which browser opened it. It is kept for as long as a person may take who opened it at the last moment.
  func open(pushed digest: [UInt8], browser: [UInt8], now: Int64, life: Int64) throws {
    guard var kept = try pushedRequest(digest, now: now), kept.isOpen(to: browser) else {
      throw TransactionRefusal.unknown
    }
    if kept.opened == nil { kept.opened = (browser, now + life) }
    try put(kept.entry(digest: digest, expires: now + 2 * life))
  }
}
