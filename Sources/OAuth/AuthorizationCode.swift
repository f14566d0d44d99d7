import Octets
public import Registry
import WireJSON

/// A granted authorization of another scope than `service`: the SAD or a lifecycle token, and what the token answer
/// tells about it.
public struct GrantedToken: Sendable {
  /// The octets of the SAD or of the lifecycle grant's token.
  public let octets: [UInt8]
  /// UTC, seconds since 1970.
  public let expires: Int64
  public let credential: String
  /// The ledger's name of the SAD, or the lifecycle grant's, by which it can be revoked.
  public let reference: [UInt8]
  /// Details of what was granted, where the request had left something open; else nil.
  public let details: CredentialDetails?

  public init(
    octets: [UInt8], expires: Int64, credential: String, reference: [UInt8], details: CredentialDetails? = nil
  ) {
    self.octets = octets
    self.expires = expires
    self.credential = credential
    self.reference = reference
    self.details = details
  }
}

extension AuthorizationServer {
  /// Ends a transaction with a code. Of two forms sent at once only one makes a code, and both get it.
  ///
  /// - Parameters:
  ///   - client: the one that asked, as the caller found it registered for this form. It is not asked for again: the
  ///     person's factors are used up.
  ///   - granted: for another scope than service.
  ///   - form: the token of the person's form.
  /// - Returns: the parameters that the browser brings to the client.
  public func issueCode(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, of client: Client, granted: GrantedToken?,
    form: String
  ) async throws -> RedirectParameters {
    guard let user = transaction.user, transaction.request.isAdmitted(by: client) else {
      throw TransactionRefusal.unknown
    }
    let code = try await tokens.secret()
    let now = now
    var request = transaction.request
    if let details = granted?.details { request.credential = details }
    let record = CodeRecord(
      request: request, signer: user.signer, transaction: key.digest, validUntil: now + rules.codeLife,
      granted: try granted.map {
        CodeRecord.Granted(
          sealed: try SealedBox.opening(with: code).seal($0.octets), expires: $0.expires, credential: $0.credential,
          reference: $0.reference)
      })
    return try await end(key, transaction, [("code", code)], form: form) { store in
      try store.put(record.entry(digest: TokenService.digest(code)))
    }
  }
}

/// A code as the store keeps it.
struct CodeRecord: Sendable {
  struct Granted: Sendable {
    /// The SAD, encrypted under the code.
    let sealed: [UInt8]
    let expires: Int64
    let credential: String
    let reference: [UInt8]
  }

  let request: CodeRequest
  let signer: String
  /// The digest under which the person's transaction is kept: when the code is used, no browser gets it again.
  let transaction: [UInt8]
  let validUntil: Int64
  let granted: Granted?
  /// The grant of the tokens that the code gave; nil until then. A used code stays, so that a second use is noticed.
  var grant: String?

  /// A used code is remembered for a day.
  private static let memory: Int64 = 86400

  func entry(digest: [UInt8]) -> OAuthEntry {
    var body = JSONObject([
      ("request", request.json), ("signer", .string(signer)), ("transaction", .octets(transaction)),
      ("validUntil", .integer(validUntil)),
    ])
    if let grant { body["grant"] = .string(grant) }
    if let granted {
      body["granted"] = [
        "sealed": .octets(granted.sealed), "expires": .integer(granted.expires),
        "credential": .string(granted.credential), "reference": .octets(granted.reference),
      ]
    }
    return OAuthEntry(
      kind: .code, digest: digest, expires: validUntil + Self.memory, body: JSONValue.object(body).canonical())
  }

  init(request: CodeRequest, signer: String, transaction: [UInt8], validUntil: Int64, granted: Granted?) {
    self.request = request
    self.signer = signer
    self.transaction = transaction
    self.validUntil = validUntil
    self.granted = granted
  }

  init?(_ entry: OAuthEntry) {
    guard let body = try? JSONValue.parse(entry.body, limits: .own).object,
      let request = body["request"]?.object.flatMap(CodeRequest.init(json:)), let signer = body["signer"]?.string,
      let transaction = body["transaction"]?.octets, let validUntil = body["validUntil"]?.integer
    else { return nil }
    self.init(
      request: request, signer: signer, transaction: transaction, validUntil: validUntil,
      granted: body["granted"]?.object.flatMap(Granted.init(json:)))
    grant = body["grant"]?.string
  }
}

extension CodeRecord.Granted {
  init?(json object: JSONObject) {
    guard let sealed = object["sealed"]?.octets, let expires = object["expires"]?.integer,
      let credential = object["credential"]?.string, let reference = object["reference"]?.octets
    else { return nil }
    self.init(sealed: sealed, expires: expires, credential: credential, reference: reference)
  }
}
