internal import WireJSON

extension Section {
  private static let method = "credentials/authorizeCheck"

  static let authorizeCheck = Section(
    title: method,
    checks: [
      Check(98, needs: "credentials/authorize") { _ = try await $0.outOfBand() },
      Check(117, needs: method) { session in
        let handle = try await session.outOfBand().handle
        let exchange = try await session.api.call(method, ["handle": .string(handle)])
        if exchange.status == 200 { throw Finding.unseen("the authorization was complete before it could be polled") }
        try exchange.require(
          exchange.status == 202 && exchange.json?["handle"]?.string != nil && exchange.json?["SAD"] == nil,
          "202 with handle and without SAD")
      },
      Check(118, needs: method) { session in
        let pending = try await session.outOfBand()
        if let link = pending.link {
          try await session.follow(link)
        } else {
          session.run.note("an out-of-band authorization waits for its confirmation")
        }
        let exchange = try await session.outcome(of: pending)
        if exchange.status == 202 {
          throw Finding.missing(
            "the authorization was not confirmed within \(Seconds.text(session.subject.patience)) s")
        }
        try exchange.succeeded()
        _ = try exchange.string("SAD")
      },
      Check(119, 110902, needs: method) { session in
        let exchange = try await session.api.call(method, ["handle": .string("unknown-\(session.randomText())")])
        try exchange.refused("invalid_request", Row.invalid("handle"))
      },
      Check(122, 110901, needs: method) { try await $0.malformedHeader(method) },
    ])
}

/// An authorization that waits for somebody to confirm it elsewhere.
struct Pending: Sendable {
  let handle: String
  let credential: CredentialFacts
  /// Address of the confirmation page, if a message told.
  let link: String?
}

extension Session {
  /// One that is confirmed; begun once, since it may bother somebody.
  func outOfBand() async throws -> Pending {
    if let pendingFound { return pendingFound }
    let pending = try await beginOutOfBand { $0.isUsable && !self.subject.lockable.contains($0.id) }
    pendingFound = pending
    return pending
  }

  /// Starts an authorization with a single out-of-band object.
  func beginOutOfBand(where fits: (CredentialFacts) -> Bool) async throws -> Pending {
    let found = run.credentials.filter { $0.modeV2 == .explicit && fits($0) }.compactMap { credential in
      AuthExpression(credential.expression, ids: credential.objects.map(\.id)).flatMap { expression in
        credential.objects.first { $0.isOutOfBand && expression.isSatisfied(by: [$0.id]) }.map { (credential, $0) }
      }
    }.first
    guard let (credential, object) = found else {
      throw Finding.missing("no credential is given that an out-of-band object alone can authorize")
    }
    let before = await run.mailbox?.messages() ?? []
    let exchange = try await api.call(
      "credentials/authorize", signableBody(credential).with(["authData": [["id": .string(object.id)]]]))
    try exchange.require(
      exchange.status == 202 && exchange.json?["SAD"] == nil, "202 with handle and without SAD")
    return Pending(
      handle: try exchange.string("handle"), credential: credential,
      link: await run.mailbox?.newLink(for: credential.id, since: before))
  }

  /// The answer when it no longer waits, or the last one before patience ended.
  func outcome(of pending: Pending) async throws -> Exchange {
    let end = clock.now() + subject.patience
    var handle = pending.handle
    while true {
      let exchange = try await api.call("credentials/authorizeCheck", ["handle": .string(handle)])
      guard exchange.status == 202, clock.now() < end else { return exchange }
      // It may be another one each time.
      handle = try exchange.string("handle")
      await clock.sleep(seconds: 1)
    }
  }
}
