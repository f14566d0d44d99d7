import CSCModel
import OAuth
import OpenSSLPKI
import Registry
import TestSupport
import Vocabulary
import WireJSON

/// An authorization server on a store in memory, with a clock that the test moves.
struct ServerFixture {
  static let secret = "s3cr3t-Of-client-42"
  static let redirectURI = "https://app.example.org/cb"
  /// Reference, annex C.2.
  static let verifier = "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB"
  static let challenge = "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"
  static let password = "correct horse"

  let store: MemoryStore
  let partners: TestDirectory
  let clock = TestClock()
  let tokens: TokenService
  let server: AuthorizationServer

  init(
    assertions: any AssertionVerifier = NoAssertions(), clients more: [Client] = [], store: MemoryStore? = nil,
    hasher: (any PasswordHasher)? = nil,
    rules change: (inout AuthorizationServer.Rules) -> Void = { _ in },
    seen: (MemoryStore) -> any OAuthStore = { $0 }
  ) async throws {
    let random: @Sendable (Int) async throws -> [UInt8] = { count in
      (0..<count).map { _ in UInt8.random(in: .min ... .max) }
    }
    let hasher = hasher ?? ScryptHasher(random: random, cost: 1 << 8)
    let store = store ?? MemoryStore()
    self.store = store
    let clock = clock
    tokens = TokenService(
      store: seen(store), hasher: hasher, now: { clock.now }, random: random)
    var rules = AuthorizationServer.Rules(issuer: "https://as.example")
    change(&rules)
    partners = TestDirectory(
      Partner.list(
        of: [
          Self.client("client-42", [.secretBasic, .secretPost, .privateKeyJWT]), Self.client("app", [.none]),
          Self.client("old", [.secretPost], requiresPKCE: false),
          Self.client("two", [.secretPost], redirectURIs: [Self.redirectURI, "https://app.example.org/other"]),
          Self.client("machine", [.certificate], grants: [.clientCredentials]),
          Self.client("rival", [.secretPost], partner: "rival"),
          Self.client("native", [.none], redirectURIs: ["http://127.0.0.1:8091/cb", "http://[::1]/cb?x=1"]),
          Self.client("local", [.secretPost], redirectURIs: ["http://127.0.0.1:8091/cb"]),
        ] + more))
    server = AuthorizationServer(rules: rules, partners: partners, tokens: tokens, assertions: assertions)
    let hash = try await tokens.newAccount(username: "", password: Self.password, partner: "", signer: "").passwordHash
    try await store.writeOAuth { store in
      for (name, partner) in [("alice", "portal"), ("acct-20931", "portal"), ("mallory", "rival")] {
        try store.put(Account(username: name, passwordHash: hash, partner: partner, signer: "signer-\(name)"))
      }
    }
  }

  private static func client(
    _ id: String, _ methods: Set<Client.AuthenticationMethod>, partner: String = "portal",
    redirectURIs: [String] = [redirectURI], grants: Set<Client.Grant> = Set(Client.Grant.allCases),
    requiresPKCE: Bool = true
  ) -> Client {
    Client(
      id: ClientID(id), partner: PartnerID(partner), name: id, methods: methods,
      secret: methods.isDisjoint(with: [.secretBasic, .secretPost]) ? nil : Secret(secret),
      keys: methods.contains(.privateKeyJWT) ? Array(#"{"keys":[]}"#.utf8) : nil,
      certificate: methods.contains(.certificate) ? [1, 2, 3] : nil,
      redirectURIs: grants.contains(.authorizationCode) ? redirectURIs : [], grants: grants,
      requiresPKCE: requiresPKCE)
  }

  func client(_ id: String) -> Client { partners.partners.lazy.flatMap(\.clients).first { $0.id == ClientID(id) }! }

  /// Request of a client with scope `credential`, as the gateway would read it.
  static let reader: AuthorizationServer.CredentialReader = { parameters, _ in
    if let text = parameters["authorization_details"] {
      return CredentialDetails(.string(text), isRich: true)
    }
    guard let id = parameters["credentialID"] else { throw OAuthError.missing("credentialID") }
    return CredentialDetails(.string(id), isRich: false)
  }

  static func parameters(_ client: String = "app", _ changes: [String: String?] = [:]) -> Parameters {
    var values: [String: String?] = [
      "response_type": "code", "client_id": client, "redirect_uri": redirectURI, "code_challenge": challenge,
      "code_challenge_method": "S256", "state": "s 1",
    ]
    values.merge(changes) { $1 }
    return Parameters(values.compactMap { name, value in value.map { (name, $0) } })
  }

  /// From the request to the code, as a person goes.
  func code(
    _ client: String = "app", _ changes: [String: String?] = [:], version: CSCVersion = .v2,
    granted: GrantedToken? = nil, username: String = "alice"
  ) async throws -> String {
    let request = try await server.request(Self.parameters(client, changes), version, reader: Self.reader)
    let key = try await server.begin(request, browserSecret: nil).key
    let transaction = try await server.logIn(key, username: username, password: Self.password)
    return try await self.code(key, transaction, granted: granted)
  }

  func code(
    _ key: TransactionKey, _ transaction: AuthorizationTransaction, granted: GrantedToken? = nil,
    form: String = "form"
  ) async throws -> String {
    let answer = try await server.issueCode(
      key, transaction, of: server.visited(key).client, granted: granted, form: form)
    guard answer.count == 1, answer[0].name == "code" else { throw Unexpected() }
    return answer[0].value
  }

  func granted(sad: [UInt8] = Array(0..<48)) -> GrantedToken {
    GrantedToken(octets: sad, expires: clock.now + 300, credential: "cred-1", reference: [9, 9])
  }

  func redeem(
    _ code: String, _ client: String = "app", _ changes: [String: String?] = [:], details: JSONValue? = nil
  ) async throws -> TokenAnswer {
    var values: [String: String?] = ["code": code, "redirect_uri": Self.redirectURI, "code_verifier": Self.verifier]
    values.merge(changes) { $1 }
    let parameters = Parameters(values.compactMap { name, value in value.map { (name, $0) } })
    return try await AuthorizationCodeGrant(server).redeem(parameters, client: self.client(client), details: details)
  }

  func service(_ answer: TokenAnswer) throws -> TokenService.Issued {
    guard case .service(let issued) = answer else { throw Unexpected() }
    return issued
  }

  struct Unexpected: Error {}
}

struct NoAssertions: AssertionVerifier {
  func claims(of assertion: String, keys: [UInt8]) async -> JSONObject? { nil }
}

extension AuthorizationServer {
  /// Reads a request as `oauth2/authorize` does.
  func request(
    _ parameters: Parameters, _ version: CSCVersion, browserSecret: String? = nil, reader: CredentialReader
  ) async throws -> CodeRequest {
    try await request(
      parameters, version, of: client(parameters), browserSecret: browserSecret, reader: reader)
  }
}
