public import Registry
public import Throttling
import Crypto
import Octets
import Vocabulary
import WireJSON

/// A person's way through the pages, from the request to the code. It belongs to the browser that began it.
public struct AuthorizationTransaction: Sendable, Equatable {
  /// The person who logged in.
  public struct User: Sendable, Equatable {
    public let username, signer: String
  }

  /// A visit to the eID provider that has begun.
  public struct EIDVisit: Sendable, Equatable {
    /// The values of the request to the provider that its answer is held against.
    public let state, nonce, codeVerifier, issuer: String

    public init(state: String, nonce: String, codeVerifier: String, issuer: String) {
      self.state = state
      self.nonce = nonce
      self.codeVerifier = codeVerifier
      self.issuer = issuer
    }
  }

  public let request: CodeRequest
  /// The person's choice of what the request leaves open; opaque here.
  public internal(set) var choice: String?
  /// SHA-256 of the secret in the browser's cookie.
  let browser: [UInt8]
  /// UTC, seconds since 1970.
  let expires: Int64
  public internal(set) var user: User?
  public internal(set) var eid: EIDVisit?
  /// The ID token that the visit gave, encrypted under the secret in the browser's cookie: it is about a person.
  var sealedEIDToken: [UInt8]?
  /// SHA-256 of the provider's answer that gave it, which may be brought again.
  var eidAnswer: [UInt8]?
  var failedLogIns = 0
  /// Time of the last one-time code that was sent. UTC, seconds since 1970.
  public internal(set) var codeSent: Int64?
  /// Its end; kept for browsers that send a form again.
  var ending: Ending?

  public var hasEIDToken: Bool { sealedEIDToken != nil }

  /// Whether this answer of the provider was brought before, and gave the ID token.
  public func hasTaken(eidAnswer answer: String) -> Bool {
    sealedEIDToken != nil && eidAnswer == TokenService.digest(answer)
  }

  public var destination: Destination { Destination(uri: request.redirectURI, state: request.state) }
}

/// The key that opens a transaction: its id, which the pages carry, and the secret in the browser's cookie.
public struct TransactionKey: Sendable {
  public let id, browserSecret: String

  public init(id: String, browserSecret: String) {
    self.id = id
    self.browserSecret = browserSecret
  }

  var digest: [UInt8] { TokenService.digest("transaction " + id) }

  /// Differs for every transaction and visit, because the browser's secret may not.
  ///
  /// - Parameter answer: digest of the provider's answer.
  func eidSecret(_ answer: [UInt8]) -> String { "eid \(id) \(browserSecret) \(answer)" }

  /// The code that every form carries: only a page that we made for this browser, this transaction and this content
  /// knows it.
  func formCode(_ shown: ShownPage) -> [UInt8] {
    Array(
      HMAC<SHA256>.authenticationCode(
        for: Array("form \(id) ".utf8) + shown.digest, using: SymmetricKey(data: Array(browserSecret.utf8))))
  }
}

public enum TransactionRefusal: Error, Equatable, Sendable {
  /// Unknown, ended or expired, another browser's, or a form that is not ours.
  case unknown
  case wrongPassword
  /// Too many wrong passwords in this transaction; it is over.
  case tooManyLogIns
}

extension AuthorizationServer {
  /// Begins a person's way through the pages.
  ///
  /// - Parameter browserSecret: present value of the browser's cookie; two windows of one browser share it.
  public func begin(
    _ request: CodeRequest, browserSecret: String?
  ) async throws -> (key: TransactionKey, transaction: AuthorizationTransaction) {
    let key = TransactionKey(
      id: try await tokens.secret(), browserSecret: try await browserSecret.orElse { try await tokens.secret() })
    let now = now
    let transaction = AuthorizationTransaction(
      request: request, browser: TokenService.digest(key.browserSecret), expires: now + rules.transactionLife)
    let rules = rules
    try await store.writeOAuth(
      reading: [.kept(.transaction, client: request.client, .exclusive)]
        + (request.pushed.map { [.entry(.pushedRequest, $0, .exclusive)] } ?? [])
    ) { store in
      if let pushed = request.pushed {
        try store.open(pushed: pushed, browser: transaction.browser, now: now, life: rules.transactionLife)
      }
      try store.forgetExpired(now: now)
      try store.put(transaction.entry(key))
      // The oldest go: to push a person out who is logging in, somebody has to send that many meanwhile.
      try store.limit(
        .transaction, keptFor: request.client, to: rules.maximumRequests, octets: rules.maximumRequestOctets)
    }
    return (key, transaction)
  }

  /// The value of the browser's cookie, present or future.
  public func browserSecret(_ known: String?) async throws -> String {
    try await known.orElse { try await tokens.secret() }
  }

  /// The transaction as it is stored. Before anything is done for a form, the form's token is held against it
  /// (`isForm`), and whether it has ended (`answer`).
  ///
  /// - Throws: `TransactionRefusal.unknown` also if the client is not registered any more as when it asked.
  public func transaction(_ key: TransactionKey) async throws -> AuthorizationTransaction {
    try await visited(key).transaction
  }

  /// The same, and the client that asked, as it is registered now.
  public func visited(
    _ key: TransactionKey
  ) async throws -> (transaction: AuthorizationTransaction, client: Client) {
    let now = now
    let found = try await store.readOAuth(reading: [.entry(.transaction, key.digest)]) {
      try $0.transaction(key, now: now)
    }
    guard let client = try await registered(found.request) else { throw TransactionRefusal.unknown }
    return (found, client)
  }

  /// Handles what one browser sends of one transaction one after the other, so that the second of two equal forms finds
  /// what became of the first.
  ///
  /// - Returns: nil at once if too many wait.
  public func inTurn<Output>(_ key: TransactionKey, _ body: () async throws -> Output) async rethrows -> Output? {
    try await turns.take(key.digest, body)
  }

  /// Checks user name and password, and remembers who it is.
  public func logIn(
    _ key: TransactionKey, username: String, password: String, from origin: Origin = .local
  ) async throws -> AuthorizationTransaction {
    let now = now
    let limit = rules.maximumLogIns
    let (found, client) = try await visited(key)
    let asked = found.request
    do {
      return try await tokens.verify(
        username: username, password: password, from: origin, client: asked.client,
        accepts: { account in
          // The right password of somebody else is as good as a wrong one.
          account.partner == client.partner.rawValue && asked.account.map { $0 == account.username } ?? true
        },
        alongside: LogInChanges(
          keys: [.entry(.transaction, key.digest, .exclusive)],
          // Counted before the check, so that many at once are all counted.
          count: { store in
            _ = try store.change(key, now: now) {
              $0.failedLogIns += 1
              guard $0.failedLogIns <= limit else { throw TransactionRefusal.tooManyLogIns }
            }
          },
          undo: { store in
            // The transaction may have ended meanwhile.
            _ = try? store.change(key, now: now) { $0.failedLogIns = max(0, $0.failedLogIns - 1) }
          },
          succeed: { store, account in
            try store.change(key, now: now) {
              $0.user = AuthorizationTransaction.User(username: account.username, signer: account.signer)
              $0.failedLogIns = 0
            }
          }))
    } catch TokenService.Refusal.loginFailed { throw TransactionRefusal.wrongPassword }
  }

  public func beginEIDVisit(
    _ key: TransactionKey, _ visit: AuthorizationTransaction.EIDVisit
  ) async throws -> AuthorizationTransaction {
    try await change(key) { $0.eid = visit }
  }

  /// A code verifier (RFC 7636 §4.1) for the gateway's own request to a provider.
  public func codeVerifier() async throws -> String { try await tokens.secret() }

  /// Ends the visit and keeps what it gave until the person has decided.
  ///
  /// - Parameter answer: the provider's code, which gives nothing a second time.
  public func endEIDVisit(
    _ key: TransactionKey, answer: String, idToken: String
  ) async throws -> AuthorizationTransaction {
    let digest = TokenService.digest(answer)
    let sealed = try SealedBox.opening(with: key.eidSecret(digest)).seal(Array(idToken.utf8))
    return try await change(key) {
      $0.eid = nil
      $0.sealedEIDToken = sealed
      $0.eidAnswer = digest
    }
  }

  /// Remembers what the person chose, instead of an earlier choice.
  public func choose(_ key: TransactionKey, _ choice: String) async throws -> AuthorizationTransaction {
    try await change(key) {
      guard $0.choice != choice else { return }
      $0.choice = choice
      // Factors that were given for another choice proves nothing for this one.
      ($0.eid, $0.sealedEIDToken, $0.eidAnswer, $0.codeSent) = (nil, nil, nil, nil)
    }
  }

  /// Notes that a one-time code was sent.
  public func noteCode(_ key: TransactionKey) async throws {
    let now = now
    _ = try await change(key) { $0.codeSent = now }
  }

  /// The ID token of the visit; nil if there was none.
  public func eidToken(_ key: TransactionKey, _ transaction: AuthorizationTransaction) throws -> String? {
    guard let sealed = transaction.sealedEIDToken, let answer = transaction.eidAnswer else { return nil }
    return String(decoding: try SealedBox.opening(with: key.eidSecret(answer)).open(sealed), as: UTF8.self)
  }

  private func change(
    _ key: TransactionKey, _ body: @escaping @Sendable (inout AuthorizationTransaction) -> Void
  ) async throws -> AuthorizationTransaction {
    let now = now
    return try await store.writeOAuth(reading: [.entry(.transaction, key.digest, .exclusive)]) {
      try $0.change(key, now: now, body)
    }
  }
}

extension OAuthWriting {
  fileprivate func change(
    _ key: TransactionKey, now: Int64, _ body: (inout AuthorizationTransaction) throws -> Void
  ) throws -> AuthorizationTransaction {
    var transaction = try open(key, now: now)
    try body(&transaction)
    try put(transaction.entry(key))
    return transaction
  }
}

extension OAuthReading {
  func transaction(_ key: TransactionKey, now: Int64) throws -> AuthorizationTransaction {
    guard let entry = try entry(.transaction, key.digest),
      Lifetime(expires: entry.expires, longest: AuthorizationServer.Rules.standardTransactionLife).isOpen(at: now),
      let transaction = AuthorizationTransaction(entry),
      ConstantTime.isEqual(transaction.browser, TokenService.digest(key.browserSecret))
    else { throw TransactionRefusal.unknown }
    return transaction
  }

  /// One that has not ended.
  func open(_ key: TransactionKey, now: Int64) throws -> AuthorizationTransaction {
    let transaction = try transaction(key, now: now)
    guard transaction.ending == nil else { throw TransactionRefusal.unknown }
    return transaction
  }
}

extension AuthorizationTransaction {
  func entry(_ key: TransactionKey) -> OAuthEntry {
    var body = JSONObject([
      ("request", request.json), ("browser", .octets(browser)),
      ("failedLogIns", .integer(Int64(failedLogIns))),
    ])
    if let user { body["user"] = ["username": .string(user.username), "signer": .string(user.signer)] }
    if let eid {
      body["eid"] = [
        "state": .string(eid.state), "nonce": .string(eid.nonce), "codeVerifier": .string(eid.codeVerifier),
        "issuer": .string(eid.issuer),
      ]
    }
    if let sealedEIDToken { body["eidToken"] = .octets(sealedEIDToken) }
    if let eidAnswer { body["eidAnswer"] = .octets(eidAnswer) }
    if let choice { body["choice"] = .string(choice) }
    if let codeSent { body["codeSent"] = .integer(codeSent) }
    if let ending { body["ending"] = ending.json }
    return OAuthEntry(
      kind: .transaction, digest: key.digest, expires: expires, body: JSONValue.object(body).canonical(),
      keptFor: user == nil ? request.client : nil)
  }

  init?(_ entry: OAuthEntry) {
    guard let body = try? JSONValue.parse(entry.body, limits: .own).object,
      let request = body["request"]?.object.flatMap(CodeRequest.init(json:)),
      let browser = body["browser"]?.octets,
      let failedLogIns = body["failedLogIns"]?.integer
    else { return nil }
    self.init(request: request, browser: browser, expires: entry.expires)
    self.failedLogIns = Int(failedLogIns)
    sealedEIDToken = body["eidToken"]?.octets
    eidAnswer = body["eidAnswer"]?.octets
    choice = body["choice"]?.string
    codeSent = body["codeSent"]?.integer
    ending = body["ending"]?.object.flatMap(Ending.init(json:))
    if let user = body["user"]?.object, let name = user["username"]?.string, let signer = user["signer"]?.string {
      self.user = User(username: name, signer: signer)
    }
    if let eid = body["eid"]?.object, let state = eid["state"]?.string, let nonce = eid["nonce"]?.string,
      let verifier = eid["codeVerifier"]?.string, let issuer = eid["issuer"]?.string
    {
      self.eid = EIDVisit(state: state, nonce: nonce, codeVerifier: verifier, issuer: issuer)
    }
  }

  init(request: CodeRequest, browser: [UInt8], expires: Int64) {
    self.request = request
    self.browser = browser
    self.expires = expires
  }
}

extension Optional {
  fileprivate func orElse(_ make: () async throws -> Wrapped) async rethrows -> Wrapped {
    if let self { return self }
    return try await make()
  }
}
