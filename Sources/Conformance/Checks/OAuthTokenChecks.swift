internal import Octets
import Vocabulary
internal import WireJSON

extension Section {
  static let oauthToken = Section(title: "oauth2/token", checks: grants + codes + parameters + clients)

  private static let grants = [
    Check(237) { session in
      let answer = try await session.grant().answer
      _ = try answer.string("access_token")
      _ = try answer.string("token_type")
    },
    Check(238, 239) { session in
      let service = try await session.grant().answer
      try service.require(service.json?["token_type"] == "Bearer", "token_type Bearer for scope service")
      let credential = try await session.credentialAuthorization().answer
      let expected = session.version == .v1 ? "SAD" : "Bearer"
      try credential.require(
        credential.json?["token_type"]?.string == expected, "token_type \(expected) for scope credential")
    },
    Check(240) { session in
      let answer = try await session.credentialAuthorization().answer
      try answer.require(answer.json?["refresh_token"] == nil, "no refresh_token")
    },
    Check(256, needs: "signatures/signHash") { session in
      _ = try session.confidentialClient()
      let exchange = try await session.tokenCall([("grant_type", "client_credentials"), ("scope", "service")])
      if exchange.status == 400, ["unauthorized_client", "unsupported_grant_type"].contains(exchange.error) {
        throw Finding.notOffered("the client credentials grant is refused")
      }
      try exchange.succeeded()
      let token = try exchange.string("access_token")
      let credential = try session.credential()
      let algorithm = try session.algorithm(credential)
      let body = session.signBody(credential, token, [session.digest(algorithm.hash)], algorithm)
      try await session.api.call("signatures/signHash", body).refused()
    },
    Check(257, 82297) { session in
      let candidates = session.oauthCredentials { $0.qualifier != nil && !session.run.unusableOnPages.contains($0.id) }
      guard let example = candidates.first, let qualifier = example.qualifier else {
        throw Finding.missing("no oauth2code credential with a signatureQualifier is given")
      }
      // Whichever it chooses, this must do for it.
      guard let sample = PublishedText.sample("8.2.2", 7) else { return }
      let attempt = try session.attempt(
        from: sample,
        ["signatureQualifier": [.string(qualifier)], "hashes": [.string(Base64.encodeURL(session.digest()))]])
      let answer = try await session.redeem(try await session.code(attempt).code, attempt)
      try answer.succeeded()
      let id = try answer.string("credentialID")
      let isKnown = session.run.credentials.contains { $0.id == id && $0.qualifier == qualifier }
      try answer.require(isKnown || session.run.credentials.allSatisfy { $0.id != id }, "a credential of \(qualifier)")
    },
    Check(258) { session in
      let (_, attempt, code) = try await session.credentialCode { credential in
        try session.richAttempt(credential, session.digest(try session.algorithm(credential).hash))
      }
      try await session.redeem(code, attempt.without("authorization_details")).refused()
    },
  ]

  private static let codes = [
    Check(241, 82411) { session in
      let attempt = try session.attempt()
      let code = try await session.code(attempt).code
      try await session.redeem(code, attempt).succeeded()
      try await session.redeem(code, attempt).refused(
        "invalid_grant", "Authorization code is invalid or expired", Row.invalid("code"))
    },
    Check(242) { session in
      guard let other = session.subject.otherClient else { throw Finding.missing("--other-client-id is not given") }
      let attempt = try session.attempt()
      let code = try await session.code(attempt).code
      try await session.tokenCall(try session.redeemForm(code, attempt), as: other).refused(code: "invalid_grant")
    },
    Check(248, 82407) { session in
      let attempt = try session.attempt()
      try await session.redeem("unknown-\(session.randomText(24))", attempt)
        .refused("invalid_grant", Row.invalid("code"))
    },
    Check(249, 250, 82408) { session in
      let attempt = try session.attempt()
      let code = try await session.code(attempt).code
      let uri = attempt.parameters.value("redirect_uri") ?? ""
      let exchange = try await session.redeem(code, attempt.with("redirect_uri", uri + "/conformance"))
      try exchange.refused(
        "invalid_grant", "redirect_uri parameter does not match redirect_uri parameter of authorization request")
    },
    Check(259) { session in
      for isMissing in [false, true] {
        let attempt = try session.attempt()
        var form = try session.redeemForm(try await session.code(attempt).code, attempt)
        form.removeAll { $0.name == "code_verifier" }
        if !isMissing { form.append(("code_verifier", ProofKey(random: session.run.ports.random).verifier)) }
        try await session.tokenCall(form).refused(code: "invalid_grant")
      }
    },
  ]

  /// Faults that need no log-in.
  private static let parameters = [
    Check(245, 82402) { session in
      try await session.tokenCall([("code", "x"), ("redirect_uri", try session.client().redirectURI)])
        .refused("invalid_request", "Missing parameter grant_type")
    },
    Check(246, 82403) { session in
      try await session.tokenCall([("grant_type", "password")]).refused("invalid_request", Row.invalid("grant_type"))
    },
    Check(247, 82404) { session in
      let form: Form.Fields = [
        ("grant_type", "authorization_code"), ("redirect_uri", try session.client().redirectURI),
        ("code_verifier", session.randomText(32)),
      ]
      try await session.tokenCall(form).refused("invalid_request", "Missing parameter code")
    },
    Check(251, 82405) { session in
      try await session.tokenCall([("grant_type", "refresh_token")])
        .refused("invalid_request", "Missing parameter refresh_token")
    },
    Check(252, 82409) { session in
      try await session.tokenCall([("grant_type", "refresh_token"), ("refresh_token", session.randomText(32))])
        .refused("invalid_grant", Row.invalid("refresh_token"))
    },
    .unseen(253, 82410, because: "a refresh token does not tell when it expires; the RSSP determines that (Note 26)"),
  ]

  private static let clients = [
    Check(243, 82401) { session in
      let form = try session.codeForm() + [("client_secret", try session.confidentialClient().secret)]
      try await session.anonymousTokenCall(form).refused("invalid_request", "Missing parameter client_id")
    },
    Check(244, 82406) { session in
      let form =
        try session.codeForm() + [
          ("client_id", "unknown-\(session.randomText())"), ("client_secret", session.randomText()),
        ]
      try await session.anonymousTokenCall(form).refused("invalid_request", Row.invalid("client_id"))
    },
    Check(254, 82412) { session in
      let form = try session.codeForm() + [("client_id", try session.confidentialClient().client.id)]
      try await session.anonymousTokenCall(form)
        .refused("invalid_request", "Client authorization required", status: [400, 401])
    },
    Check(255, 82413) { session in
      let form =
        try session.codeForm() + [
          ("client_id", try session.confidentialClient().client.id), ("client_secret", "wrong-\(session.randomText())"),
        ]
      try await session.anonymousTokenCall(form).refused("invalid_request", Row.invalid("client_secret"))
    },
  ]
}

extension Session {
  /// A request with a code that was never given out.
  fileprivate func codeForm() throws -> Form.Fields {
    [
      ("grant_type", "authorization_code"), ("code", randomText(24)), ("code_verifier", randomText(32)),
      ("redirect_uri", try client().redirectURI),
    ]
  }

  /// Without a header that would name the client.
  fileprivate func anonymousTokenCall(_ form: Form.Fields) async throws -> Exchange {
    try await wire.post(try await server().token, "oauth2/token", form: form, authorization: nil)
  }
}
