import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Registry
import TestSupport
import Testing
import Vocabulary

@testable import HTTPGateway

/// Scripts of other origins (Fetch §3.3).
@Suite("Cross-origin calls", .timeLimit(.minutes(5)))
struct CrossOriginTests {
  private static let portal = "https://portal.example"
  private static let open = [
    "/csc/v1/info", "/csc/v2/info", "/csc/v2/credentials/list", "/csc/v2/signatures/signHash", "/csc/v2/nonsense",
    "/oauth2/token", "/oauth2/revoke", "/oauth2/pushed_authorize", "/csc/v1/oauth2/token",
    "/.well-known/oauth-authorization-server", "/oauth2/jwks", "/openapi.yaml",
  ]
  private static let closed = [
    "/oauth2/authorize", "/csc/v1/oauth2/authorize", "/csc/v2/oauth2/authorize", "/oauth2/login", "/oauth2/consent",
    "/oauth2/eid", "/oauth2/eid/callback", "/confirm/x", "/oauth2/nowhere", "/nowhere",
  ]
  private static let methods: [HTTPRequest.Method] = [.options, .get, .post, .head, .delete]

  private func fixture(_ origins: [String] = [Self.portal, "http://localhost:3000"]) async throws -> GatewayFixture {
    let fixture = try await GatewayFixture()
    fixture.partners.change(PartnerID("portal")) { $0.browserOrigins = origins }
    return fixture
  }

  private func call(
    _ fixture: GatewayFixture, _ method: HTTPRequest.Method, _ path: String, _ origin: String?, asks: Bool = false
  ) async throws -> TestResponse {
    var headers: HTTPFields = [:]
    headers[.origin] = origin
    if asks {
      headers[.accessControlRequestMethod] = "POST"
      headers[.accessControlRequestHeaders] = "authorization,content-type"
    }
    let sent = headers
    return try await fixture.application.test(.router) { client in
      try await client.execute(uri: path, method: method, headers: sent)
    }
  }

  @Test("a registered origin reads every answer of the API and the authorization server, errors too")
  func registered() async throws {
    let fixture = try await self.fixture()
    for path in Self.open {
      for method in Self.methods {
        let answer = try await call(fixture, method, path, Self.portal)
        #expect(answer.headers[.accessControlAllowOrigin] == Self.portal, "\(method) \(path)")
        #expect(answer.headers[values: .vary].contains("Origin"), "\(method) \(path)")
        let shown = answer.headers[.accessControlExposeHeaders]
        #expect(shown == "X-Request-ID, Retry-After, WWW-Authenticate, X-Receipt", "\(method) \(path)")
        #expect(answer.headers[.accessControlAllowCredentials] == nil)
      }
    }
  }

  @Test("a preflight is answered before anybody looks at a token")
  func preflight() async throws {
    let fixture = try await self.fixture()
    for path in Self.open where path != "/csc/v2/nonsense" {
      let answer = try await call(fixture, .options, path, Self.portal, asks: true)
      #expect(answer.status == .noContent && answer.body.readableBytes == 0, "\(path)")
      #expect(answer.headers[.accessControlAllowOrigin] == Self.portal)
      #expect(answer.headers[.accessControlAllowMethods] == answer.headers[.allow], "\(path)")
      #expect(answer.headers[.accessControlAllowHeaders] == "Authorization, Content-Type")
      #expect(answer.headers[.accessControlMaxAge] == "600")
    }
  }

  @Test("other origins get nothing, and no page is open to anybody")
  func others() async throws {
    let fixture = try await self.fixture()
    func isClosed(_ answer: TestResponse) -> Bool {
      !answer.headers.contains { $0.name.canonicalName.hasPrefix("access-control-") }
    }
    for origin in [
      "https://other.example", "null", "https://portal.example.evil.example", "http://portal.example",
      "https://portal.example:444", "https://PORTAL.example", "https://portal.example/", "*", nil,
    ] {
      for path in Self.open {
        for method in [HTTPRequest.Method.options, .post] {
          let answer = try await call(fixture, method, path, origin, asks: true)
          #expect(isClosed(answer) && answer.headers[values: .vary].contains("Origin"), "\(origin ?? "-") \(path)")
        }
      }
    }
    for path in Self.closed {
      for method in Self.methods {
        #expect(isClosed(try await call(fixture, method, path, Self.portal, asks: true)), "\(method) \(path)")
      }
    }
    // No partner registered these.
    let without = try await self.fixture([])
    #expect(isClosed(try await call(without, .options, "/csc/v2/info", Self.portal, asks: true)))
  }

  @Test("origins are registered as browsers write them")
  func spelling() {
    for text in ["https://portal.example", "https://portal.example:8443", "http://127.0.0.1:8091", "http://localhost"] {
      #expect(BrowserOrigin(text)?.text == text)
    }
    for text in [
      "*", "null", "", "portal.example", "https://portal.example/", "https://portal.example:443",
      "https://Portal.example",
      "http://portal.example", "https://*.example", "https://a@portal.example", "https://portal.example?x", "file://",
    ] { #expect(BrowserOrigin(text) == nil, "\(text)") }
  }
}
