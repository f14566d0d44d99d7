internal import Octets
import Vocabulary
internal import WireJSON

/// An authorization request under way.
struct Attempt {
  var parameters: Form.Fields
  let state: String
  let proof: ProofKey

  func with(_ name: String, _ value: String) -> Attempt {
    var copy = self
    copy.parameters.removeAll { $0.name == name }
    copy.parameters.append((name, value))
    return copy
  }

  func without(_ name: String) -> Attempt {
    var copy = self
    copy.parameters.removeAll { $0.name == name }
    return copy
  }
}

extension Session {
  func server() async throws -> AuthorizationServer {
    if authorizationServer == nil { authorizationServer = .some(try await AuthorizationServer.find(info, wire)) }
    guard let server = authorizationServer ?? nil else {
      throw Finding.notOffered("info names no OAuth 2.0 server")
    }
    return server
  }

  func client() throws -> OAuthClient {
    guard let client = subject.client else { throw Finding.missing("--client-id and --redirect-uri are not given") }
    return client
  }

  func confidentialClient() throws -> (client: OAuthClient, secret: String) {
    let client = try client()
    guard let secret = client.secret else { throw Finding.missing("--client-secret is not given") }
    return (client, secret)
  }

  /// `Basic` with the client's id and secret (RFC 6749 §2.3.1); nil for a public client.
  func clientAuthorization(_ client: OAuthClient) -> String? {
    client.secret.map { secret in
      let pair = "\(PercentText.encode(client.id)):\(PercentText.encode(secret))"
      return "Basic \(Base64.encode(Array(pair.utf8)))"
    }
  }

  // MARK: The authorization request

  /// A right request; PKCE is part of it in v1 too, where a server that does not know it ignores it.
  func attempt(scope: String? = "service") throws -> Attempt {
    let client = try client()
    let proof = ProofKey(random: run.ports.random)
    let state = randomText()
    var parameters: Form.Fields = [
      ("response_type", "code"), ("client_id", client.id), ("redirect_uri", client.redirectURI), ("state", state),
      ("code_challenge", proof.challenge), ("code_challenge_method", "S256"),
    ]
    if let scope { parameters.append(("scope", scope)) }
    return Attempt(parameters: parameters, state: state, proof: proof)
  }

  /// A right request for scope credential.
  func attempt(
    _ credential: CredentialFacts, digests: [[UInt8]], count: Int? = nil, hash: HashFunction = .sha256,
    encode: ([UInt8]) -> String = Base64.encodeURL
  ) throws -> Attempt {
    var attempt = try attempt(scope: "credential").with("credentialID", credential.id)
      .with("numSignatures", "\(count ?? max(digests.count, 1))")
    if !digests.isEmpty {
      attempt = attempt.with(api.hashes, digests.map(encode).joined(separator: ","))
      if version == .v2 { attempt = attempt.with("hashAlgorithmOID", hash.rawValue) }
    }
    return attempt
  }

  func address(_ attempt: Attempt) async throws -> String {
    let endpoint = try await server().authorize
    return endpoint + (endpoint.contains("?") ? "&" : "?") + Form.encode(attempt.parameters)
  }

  func person(declines: Bool = false, withOTP: Bool = true) -> FormFilling {
    let authenticator = withOTP ? run.authenticator : nil
    return FormFilling(
      username: subject.username, password: subject.password, pin: pinOnPages ?? subject.pin, newPIN: run.newPIN,
      declines: declines, oneTimePassword: { await authenticator?.code() })
  }

  /// Opens an address from a message, and goes through what is there.
  ///
  /// - Parameter pin: another than the right one.
  @discardableResult
  func follow(_ link: String, pin: String? = nil, mostTimes: Int = 2) async throws -> Exchange? {
    let authenticator = run.authenticator
    let person = FormFilling(
      username: subject.username, password: subject.password, pin: pin ?? subject.pin, mostTimes: mostTimes,
      oneTimePassword: { await authenticator?.code() })
    var browser = Browser(wire: wire, ends: [])
    guard case .page(let exchange) = try await browser.visit(link, person) else { return nil }
    return exchange
  }

  /// Goes through the pages.
  func visit(
    _ attempt: Attempt, declines: Bool = false, ends: [String] = [], withOTP: Bool = true
  ) async throws -> Browser.End {
    var browser = Browser(wire: wire, ends: try [client().redirectURI] + ends)
    let end = try await browser.visit(try await address(attempt), person(declines: declines, withOTP: withOTP))
    if case .redirect(_, let parameters, let exchange) = end {
      wire.note(
        Observed(
          "oauth2/authorize", request: attempt.parameters.object, answer: parameters.object, status: 302, exchange))
    }
    return end
  }

  /// The code that an approved request gives.
  func code(_ attempt: Attempt, withOTP: Bool = true) async throws -> (code: String, redirect: Exchange) {
    switch try await visit(attempt, withOTP: withOTP) {
    case .page(let exchange): throw exchange.failure("after log-in and consent, a redirect to the client with code")
    case .redirect(_, let parameters, let exchange):
      guard let code = parameters.value("code") else { throw exchange.failure("a redirect with code") }
      try exchange.isRedirect()
      return (code, exchange)
    }
  }

  /// The error with which a request comes back.
  func errorRedirect(_ attempt: Attempt, declines: Bool = false) async throws -> (
    error: String?, state: String?, Exchange
  ) {
    switch try await visit(attempt, declines: declines) {
    case .page(let exchange): throw exchange.failure("a redirect to the client with error")
    case .redirect(_, let parameters, let exchange):
      try exchange.isRedirect()
      return (parameters.value("error"), parameters.value("state"), exchange)
    }
  }

  // MARK: The token endpoint

  func tokenCall(_ form: Form.Fields, as client: OAuthClient? = nil) async throws -> Exchange {
    let client = try client ?? self.client()
    return try await wire.post(
      try await server().token, "oauth2/token", form: form + [("client_id", client.id)],
      authorization: clientAuthorization(client))
  }

  func redeemForm(_ code: String, _ attempt: Attempt) throws -> Form.Fields {
    var form: Form.Fields = [
      ("grant_type", "authorization_code"), ("code", code), ("code_verifier", attempt.proof.verifier),
    ]
    if let uri = attempt.parameters.value("redirect_uri") { form.append(("redirect_uri", uri)) }
    if let details = attempt.parameters.value("authorization_details") {
      form.append(("authorization_details", details))
    }
    return form
  }

  func redeem(_ code: String, _ attempt: Attempt) async throws -> Exchange {
    try await tokenCall(try redeemForm(code, attempt))
  }
}

extension Exchange {
  /// 302, or 303, which RFC 9700 §4.12 recommends after a form with a password.
  func isRedirect() throws { try require([302, 303].contains(status), "302 or 303") }
}
