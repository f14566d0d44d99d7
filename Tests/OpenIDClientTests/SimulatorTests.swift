import OpenIDClient
import EIDSimulator
import Foundation
import Logging
import Octets
import OutboundHTTP
import SoleControl
import Vocabulary
import TestSupport
import Testing

/// The real code flow against the bundled provider.
@Suite("Code flow at the simulator", .timeLimit(.minutes(2)), .serialized)
struct SimulatorTests {
  private static let redirectURI = "http://127.0.0.1:8091/callback"
  private static let verifier = "r7Qd0wYb2n5Zk8hVx1Lp4sTu6cJm9fEaGi3oKXyNqRB"

  private var client: HTTPClient {
    var settings = HTTPClient.Settings()
    settings.allowsPlainHTTP = true
    return HTTPClient(settings)
  }

  @Test("log-in, code exchange with PKCE, ID token, userinfo; a code works once; keys can rotate")
  func flow() async throws {
    let port = 18_791
    let settings = Simulator.Settings(
      port: port, clientID: "us", redirectURIs: [Self.redirectURI],
      people: [.init(subject: "s-1", name: "Alice Example", pin: "1234")])
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let simulator = Simulator(settings, logger: logger)
    let (running, isRunning) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await simulator.run { isRunning.yield() } }
      for await _ in running { break }
      let issuer = settings.issuer
      let client = client
      let provider = OpenIDProvider(
        ProviderSettings(issuer: issuer, clientID: "us", levels: ["http://eidas.europa.eu/LoA/high": .high]),
        client: client, now: { Int64(Date().timeIntervalSince1970) })

      #expect(try await logIn(client, issuer, pin: "0000") == nil)
      let code = try #require(try await logIn(client, issuer, pin: "1234"))
      await #expect(throws: EIDTokenError.refused("status 400")) {
        try await provider.exchange(code: "made-up", redirectURI: Self.redirectURI, codeVerifier: Self.verifier)
      }
      let tokens = try await provider.exchange(code: code, redirectURI: Self.redirectURI, codeVerifier: Self.verifier)
      let statement = try await provider.verify(idToken: tokens.idToken)
      #expect(statement.subject == "s-1" && statement.nonce == "n-7" && statement.level == .high)
      #expect(try await provider.userInfo(accessToken: tokens.accessToken, subject: "s-1")["name"] == "Alice Example")
      await #expect(throws: EIDTokenError.refused("userinfo sub")) {
        try await provider.userInfo(accessToken: tokens.accessToken, subject: "s-2")
      }
      await #expect(throws: EIDTokenError.refused("status 400")) {
        try await provider.exchange(code: code, redirectURI: Self.redirectURI, codeVerifier: Self.verifier)
      }
      let second = try #require(try await logIn(client, issuer, pin: "1234"))
      await #expect(throws: EIDTokenError.refused("status 400")) {
        try await provider.exchange(code: second, redirectURI: Self.redirectURI, codeVerifier: "another verifier")
      }
      group.cancelAll()
    }
  }

  /// Acts as a browser: sends the form and is redirected. The redirect's target is read from the Location header.
  private func logIn(_ client: HTTPClient, _ issuer: String, pin: String) async throws -> String? {
    let challenge = Base64.encodeURL(OctetDigest.sha256(Self.verifier))
    let form =
      "response_type=code&client_id=us&redirect_uri=http%3A%2F%2F127.0.0.1%3A8091%2Fcallback&scope=openid&state=s"
      + "&nonce=n-7&code_challenge=\(challenge)&code_challenge_method=S256&subject=s-1&pin=\(pin)"
    let text = try await run(
      "/usr/bin/curl", ["-s", "-o", "/dev/null", "-w", "%{redirect_url}", "-d", form, issuer + "/authorize"],
      withErrors: false
    ).output
    return URLComponents(string: text)?.queryItems?.first { $0.name == "code" }?.value
  }
}
