internal import Octets
internal import WireJSON

extension Section {
  static let oauthAuthorize = Section(title: "oauth2/authorize", checks: service + credential + pushed + pages)

  private static let service = [
    Check(223, 292, 224) { session in
      var attempt = try session.attempt()
      // All that a query can carry.
      attempt = attempt.with("state", "a b+c/d=e&f%g-\(session.randomText())~ü")
      switch try await session.visit(attempt) {
      case .page(let exchange): throw exchange.failure("after log-in and consent, a redirect to the client with code")
      case .redirect(_, let parameters, let exchange):
        try exchange.isRedirect()
        try exchange.require(parameters.value("code") != nil, "a redirect with code")
        try exchange.require(
          parameters.value("state") == attempt.parameters.value("state"), "the state that was sent",
          received: parameters.value("state") ?? "none")
      }
    },
    Check(225) { session in
      let attempt = try session.attempt(scope: nil)
      let answer = try await session.redeem(try await session.code(attempt).code, attempt)
      try answer.succeeded()
      let token = try answer.string("access_token")
      let exchange = try await session.api.call("credentials/list", [:], .bearer(token))
      try exchange.require(exchange.status == 200, "200 with a token of scope service")
    },
    Check(226, 100104) { session in
      try await session.expectError("unsupported_response_type", try session.attempt().with("response_type", "token"))
    },
    Check(227, 224, 100105) { session in
      try await session.expectError("invalid_scope", try session.attempt().with("scope", "conformance"))
    },
    Check(228, 224, 100103) { session in
      try await session.expectError("access_denied", try session.attempt(), declines: true)
    },
    Check(229) { session in
      try await session.expectError("invalid_request", try session.attempt().without("response_type"))
    },
    Check(230) { session in
      let own = try session.client().redirectURI
      for uri in ["https://conformance.invalid/callback", own + "/conformance", own + "?conformance=1"] {
        let end = try await session.visit(try session.attempt().with("redirect_uri", uri), ends: [uri])
        if case .redirect(_, _, let exchange) = end {
          throw exchange.failure("no redirect to \(uri), which is not registered")
        }
      }
    },
    Check(231) { session in
      let attempt = try session.attempt().without("redirect_uri")
      let answer = try await session.redeem(try await session.code(attempt).code, attempt)
      try answer.succeeded()
    },
    Check(234) { session in
      try await session.expectError(
        "invalid_request", try session.attempt().without("code_challenge").without("code_challenge_method"))
    },
  ]

  private static let credential = [
    Check(232) { session in
      guard let credential = session.oauthCredentials(where: { $0.scal == 2 }).first else {
        throw Finding.missing("no oauth2code credential of SCAL 2 is given")
      }
      try await session.expectError("invalid_request", try session.attempt(credential, digests: [], count: 1))
    },
    Check(233, 286, needs: "signatures/signHash") { session in
      let grant = try await session.newCredentialGrant(count: 2)
      _ = try await session.grant()
      let algorithm = try session.algorithm(grant.credential)
      let order = [grant.digests[1], grant.digests[0]]
      let exchange = try await session.api.call(
        "signatures/signHash", session.signBody(grant.credential, grant.token, order, algorithm))
      try session.verify(exchange, order, algorithm, grant.credential)
    },
    Check(305) { session in
      // Without padding.
      _ = try await session.credentialAuthorization()
      let (_, attempt, code) = try await session.credentialCode { credential in
        let hash = try session.algorithm(credential).hash
        return try session.attempt(
          credential, digests: [session.digest(hash)], hash: hash, encode: Base64.encodeURLPadded)
      }
      try await session.redeem(code, attempt).succeeded()
    },
    Check(306) { session in
      var digest: [UInt8] = []
      let (_, attempt, code) = try await session.credentialCode { credential in
        digest = session.digest(try session.algorithm(credential).hash)
        return try session.richAttempt(credential, digest, encode: Base64.encodeURL)
      }
      let details = try session.details(of: attempt, digest, encode: Base64.encode)
      try await session.redeem(code, attempt.with("authorization_details", details)).succeeded()
    },
  ]

  private static let pushed = [
    Check(236, 235) { session in
      let attempt = try session.attempt()
      let exchange = try await session.push(attempt)
      let control = exchange.answer.header("Cache-Control")?.lowercased() ?? ""
      let isNumber = (exchange.json?["expires_in"]?.integer ?? 0) > 0
      try exchange.require(
        exchange.status == 201 && isNumber && control.contains("no-cache") && control.contains("no-store"),
        "201 with request_uri, expires_in and Cache-Control: no-cache, no-store",
        received: "\(exchange.received) Cache-Control: \(control)")
      let uri = try exchange.string("request_uri")
      let code = try await session.code(attempt.reduced(to: uri)).code
      try await session.redeem(code, attempt).succeeded()
    },
    Check(307) { session in
      let pushed = try session.attempt()
      let uri = try await session.push(pushed).string("request_uri")
      _ = try await session.code(pushed.reduced(to: uri).with("state", pushed.state))
      let (_, rich, code) = try await session.credentialCode { credential in
        try session.richAttempt(credential, session.digest(try session.algorithm(credential).hash))
          .with("scope", "credential")
      }
      try await session.redeem(code, rich).succeeded()
    },
  ]

  private static let pages = [
    Check(287) { session in
      let plain = try await session.pageLanguage()
      let other = ["de", "en", "fr"].filter { !plain.lowercased().hasPrefix($0) }
      for language in other {
        let page = try await session.pageLanguage(lang: language)
        guard page.lowercased().hasPrefix(language) else { continue }
        let accepted = try await session.pageLanguage(accept: language)
        guard accepted.lowercased().hasPrefix(language) else {
          throw Finding.failed(
            Evidence(
              request: "GET oauth2/authorize with Accept-Language: \(language)", expected: "a page in \(language)",
              received: "a page in \(accepted)"))
        }
        return
      }
      throw Finding.notOffered("the pages know no other language than \(plain.isEmpty ? "an unnamed one" : plain)")
    },
    Check(288) { session in
      let attempt = try session.attempt()
      let length = try await session.address(attempt.with("clientData", "")).count
      let long = attempt.with("clientData", String(repeating: "x", count: max(0, 2083 - length)))
      let url = try await session.address(long)
      var browser = Browser(wire: session.wire, ends: [try session.client().redirectURI])
      let exchange = try await browser.open(url)
      try exchange.require(
        [200, 302, 303].contains(exchange.status) && !(exchange.answer.header("Location") ?? "").contains("error="),
        "a page, for a URI of \(url.count) characters", received: "\(exchange.status)")
    },
    .unseen(289, because: "it would have to be abused"),
    Check(308) { session in
      let endpoint = try await session.server().token
      guard let place = endpoint.range(of: "/oauth2/token") else {
        throw Finding.notOffered("the token endpoint is not at oauth2/token")
      }
      let doubled = endpoint[..<place.lowerBound] + "/" + endpoint[place.lowerBound...]
      let client = try session.client()
      let form: Form.Fields = [
        ("grant_type", "authorization_code"), ("code", "unknown-\(session.randomText())"), ("client_id", client.id),
        ("redirect_uri", client.redirectURI), ("code_verifier", session.randomText(32)),
      ]
      let authorization = session.clientAuthorization(client)
      let plain = try await session.wire.post(endpoint, "oauth2/token", form: form, authorization: authorization)
      let exchange = try await session.wire.post(
        String(doubled), "oauth2/token", form: form, authorization: authorization)
      try exchange.require(
        exchange.status == plain.status && exchange.error == plain.error, "the answer of \(endpoint): \(plain.received)"
      )
    },
  ]
}

extension Attempt {
  /// The parameters left in the browser's address after a push.
  func reduced(to requestURI: String) -> Attempt {
    var copy = self
    copy.parameters = [("client_id", parameters.value("client_id") ?? ""), ("request_uri", requestURI)]
    return copy
  }
}

extension Session {
  /// The request comes back to the client with this error and its state.
  func expectError(_ error: String, _ attempt: Attempt, declines: Bool = false) async throws {
    let (found, state, exchange) = try await errorRedirect(attempt, declines: declines)
    try exchange.require(found == error, "error=\(error)", received: found.map { "error=\($0)" } ?? exchange.received)
    try exchange.require(
      state == attempt.parameters.value("state"), "the state that was sent", received: state ?? "none")
  }

  /// `authorization_details` of type credential for one digest.
  func richAttempt(
    _ credential: CredentialFacts, _ digest: [UInt8], encode: ([UInt8]) -> String = Base64.encode,
    more: KeyValuePairs<String, JSONValue> = [:]
  ) throws -> Attempt {
    let attempt = try attempt(scope: nil)
    let hash = try algorithm(credential).hash
    let entry: JSONValue = ["hash": .string(encode(digest)), "label": "Order 4711"]
    let details: JSONValue = [
      [
        "type": "credential", "credentialID": .string(credential.id),
        "numSignatures": 1,
        "documentDigests": [entry.with(more)],
        "hashAlgorithmOID": .string(hash.rawValue),
      ]
    ]
    return attempt.with("authorization_details", String(decoding: details.compact(), as: UTF8.self))
  }

  /// The details of an attempt, with the digest written in another way.
  fileprivate func details(of attempt: Attempt, _ digest: [UInt8], encode: ([UInt8]) -> String) throws -> String {
    let text = attempt.parameters.value("authorization_details") ?? ""
    return text.replacing(Base64.encodeURL(digest), with: encode(digest))
  }

  func push(_ attempt: Attempt) async throws -> Exchange {
    let endpoint = try await server().pushed
    guard !endpoint.isEmpty else { throw Finding.notOffered("the server has no endpoint for pushed requests") }
    let exchange = try await wire.post(
      endpoint, "oauth2/pushed_authorize", form: attempt.parameters, authorization: clientAuthorization(try client()))
    if exchange.status == 404 || exchange.status == 501 {
      throw exchange.failure("201")
    }
    return exchange
  }

  /// `lang` of the first page.
  fileprivate func pageLanguage(lang: String? = nil, accept: String? = nil) async throws -> String {
    var attempt = try attempt()
    if let lang { attempt = attempt.with("lang", lang) }
    var browser = Browser(wire: wire, ends: [try client().redirectURI], language: accept)
    let exchange = try await browser.open(try await address(attempt))
    try exchange.require(exchange.status == 200, "a page", received: "\(exchange.status)")
    for case .open("html", let attributes) in HTMLToken.all(in: String(decoding: exchange.answer.body, as: UTF8.self)) {
      return attributes["lang"] ?? ""
    }
    return ""
  }
}
