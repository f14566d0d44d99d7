internal import WireJSON

extension Section {
  private static let method = "credentials/getChallenge"

  static let getChallenge = Section(
    title: method,
    checks: [
      // Whether a challenge is shown or sent out is known only after asking, so both kinds are looked for at once.
      Check(123, 111091, needs: method) { session in
        guard let exchange = try await session.challenges().inBand else {
          throw Finding.missing("no credential is given whose challenge is answered in band")
        }
        try exchange.require(!exchange.string("challenge").isEmpty, "200 with challenge")
      },
      Check(124, 111092, needs: method) { session in
        guard let exchange = try await session.challenges().outOfBand else {
          throw Finding.missing("no credential is given whose challenge is sent out of band")
        }
        try exchange.isEmpty204()
      },
      Check(125, 111002, needs: method) { try await $0.unknownCredential(method, ["authObjectID": "x"]) },
      Check(126, 111003, needs: method) { session in
        let credential = try session.anyCredential { $0.modeV2 == .explicit }
        let body: JSONValue = [
          "credentialID": .string(credential.id), "authObjectID": .string("unknown-\(session.randomText())"),
        ]
        try await session.api.call(method, body).refused("invalid_request", Row.invalid("authObjectID"))
      },
      Check(127, 111001, needs: method) { try await $0.malformedHeader(method) },
    ])
}

extension Session {
  struct Challenges: Sendable {
    var inBand, outOfBand: Exchange?
    /// The request that was answered out of band.
    var request: JSONValue?
  }

  /// One challenge of each kind, if the credentials have such; asked for once, since it may send a message.
  func challenges() async throws -> Challenges {
    if let challengesFound { return challengesFound }
    var found = Challenges()
    for credential in run.credentials where credential.modeV2 == .explicit && credential.isUsable {
      for object in credential.objects where object.isChallenge && !subject.lockable.contains(credential.id) {
        if found.inBand != nil && found.outOfBand != nil { break }
        let before = await run.mailbox?.messages() ?? []
        // The text's samples of both kinds, which have the same members.
        let body =
          try PublishedText.sample("11.10", 1)?
          .filled(["credentialID": [.string(credential.id)], "authObjectID": [.string(object.id)]]) ?? [:]
        let exchange = try await patiently { try await api.call("credentials/getChallenge", body) }
        switch exchange.status {
        case 200: found.inBand = found.inBand ?? exchange
        case 204:
          found.outOfBand = found.outOfBand ?? exchange
          found.request = body
          unusedCodes[credential.id] = await run.mailbox?.newCode(for: credential.id, since: before)
        default: throw exchange.failure("200 with challenge, or 204")
        }
      }
    }
    challengesFound = found
    return found
  }
}
