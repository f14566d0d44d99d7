import Octets
import WireJSON
import Vocabulary

/// End of a way through the pages. The same browser that sends the same form again gets the same answer, while its code
/// is unused: a second press of the button, or a page that is loaded again, loses nothing.
struct Ending: Sendable, Equatable {
  /// The parameters of the redirect, encrypted under the browser's secret: the store holds no code.
  let sealed: [UInt8]
  /// SHA-256 of the token of the form that ended it.
  let form: [UInt8]
  /// UTC, seconds since 1970.
  let until: Int64

  var json: JSONValue {
    ["sealed": .octets(sealed), "form": .octets(form), "until": .integer(until)]
  }

  init(sealed: [UInt8], form: [UInt8], until: Int64) {
    self.sealed = sealed
    self.form = form
    self.until = until
  }

  init?(json object: JSONObject) {
    guard let sealed = object["sealed"]?.octets,
      let form = object["form"]?.octets,
      let until = object["until"]?.integer
    else { return nil }
    self.init(sealed: sealed, form: form, until: until)
  }
}

/// The parameters of the redirect that a browser brings to the client, but for `state` and `iss`.
public typealias RedirectParameters = [(name: String, value: String)]

extension TransactionKey {
  private var endingSecret: String { "ending \(id) \(browserSecret)" }

  func ending(_ parameters: RedirectParameters, form: String, until: Int64) throws -> Ending {
    let text = JSONValue.array(parameters.map { .array([.string($0.name), .string($0.value)]) }).canonical()
    return Ending(
      sealed: try SealedBox.opening(with: endingSecret).seal(text), form: TokenService.digest(form), until: until)
  }

  func open(_ ending: Ending) throws -> RedirectParameters {
    let text = try SealedBox.opening(with: endingSecret).open(ending.sealed)
    return (try JSONValue.parse(text, limits: .own).array ?? []).compactMap { pair in
      guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else {
        return nil
      }
      return (name, value)
    }
  }
}

extension AuthorizationServer {
  /// The browser's answer at the end of the transaction; nil while it is open.
  ///
  /// - Parameter form: the token of the form that comes again: the one that ended the transaction, or the log-in
  ///   page's.
  /// - Throws: `TransactionRefusal.unknown` for another form, and when the code is used or too old.
  public func answer(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, form: String
  ) throws -> RedirectParameters? {
    guard let ending = transaction.ending else { return nil }
    guard
      ConstantTime.isEqual(TokenService.digest(form), ending.form) || isForm(form, key, .logIn(transaction))
    else { throw TransactionRefusal.unknown }
    return try opened(ending, key)
  }

  /// The same for the return from an eID provider, which brings no form.
  public func answer(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, eidAnswer: String
  ) throws -> RedirectParameters? {
    guard let ending = transaction.ending else { return nil }
    guard transaction.hasTaken(eidAnswer: eidAnswer) else { throw TransactionRefusal.unknown }
    return try opened(ending, key)
  }

  private func opened(_ ending: Ending, _ key: TransactionKey) throws -> RedirectParameters {
    guard now < ending.until else { throw TransactionRefusal.unknown }
    return try key.open(ending)
  }

  /// Ends a transaction without a code: the person declines, or cannot have what is asked for.
  ///
  /// - Returns: the parameters that the browser brings to the client; of two forms sent at once, the first decides.
  public func deny(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ error: OAuthError, form: String
  ) async throws -> RedirectParameters {
    let answer: RedirectParameters = [("error", error.code), ("error_description", error.text)]
    return try await end(key, transaction, answer, form: form) { _ in }
  }

  /// - Parameter body: new rows that belong to this end, in the same transaction of the store.
  func end(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, _ answer: RedirectParameters, form: String,
    _ body: @escaping @Sendable (any OAuthWriting) throws -> Void
  ) async throws -> RedirectParameters {
    let now = now
    let ending = try key.ending(answer, form: form, until: now + rules.codeLife)
    let pushed = transaction.request.pushed
    let earlier: Ending? = try await store.writeOAuth(
      reading: [.entry(.transaction, key.digest, .exclusive)]
        + (pushed.map { [.entry(.pushedRequest, $0, .exclusive)] } ?? [])
    ) { store in
      var found = try store.transaction(key, now: now)
      if let earlier = found.ending { return earlier }
      // The transaction that ends here must be the one that the page showed.
      guard found.request == transaction.request, found.user == transaction.user else {
        throw TransactionRefusal.unknown
      }
      if let pushed {
        // Answered once, in however many windows it is open.
        guard try store.entry(.pushedRequest, pushed) != nil else { throw TransactionRefusal.unknown }
        try store.removeEntry(.pushedRequest, pushed)
      }
      try store.forgetExpired(now: now)
      found.ending = ending
      found.sealedEIDToken = found.sealedEIDToken.map { _ in [] }
      try store.put(found.entry(key))
      try body(store)
      return nil
    }
    return try earlier.map(key.open) ?? answer
  }
}
