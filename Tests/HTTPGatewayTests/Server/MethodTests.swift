import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Octets
import Testing
import WireJSON

@testable import HTTPGateway

/// Methods of HTTP and errors on every path of the service (RFC 9110 §9, §15.5.6).
@Suite("Methods of HTTP", .timeLimit(.minutes(5)))
struct MethodTests {
  /// Paths, with what works there besides OPTIONS.
  private static let paths: [(path: String, methods: Set<String>)] = [
    ("/health/live", ["GET", "HEAD"]), ("/health/ready", ["GET", "HEAD"]), ("/logo.png", ["GET", "HEAD"]),
    ("/openapi.yaml", ["GET", "HEAD"]), ("/.well-known/oauth-authorization-server", ["GET", "HEAD"]),
    ("/.well-known/openid-configuration", ["GET", "HEAD"]), ("/oauth2/jwks", ["GET", "HEAD"]),
    ("/csc/v1/info", ["GET", "HEAD", "POST"]), ("/csc/v2/info", ["GET", "HEAD", "POST"]),
    ("/csc//v2/info", ["GET", "HEAD", "POST"]), ("/csc/v1/credentials/list", ["POST"]),
    ("/csc/v2/signatures/signHash", ["POST"]), ("/csc/v2/auth/login", ["POST"]),
    ("/oauth2/authorize", ["GET", "HEAD", "POST"]), ("/csc/v1/oauth2/authorize", ["GET", "HEAD", "POST"]),
    ("/csc/v2/oauth2/authorize", ["GET", "HEAD", "POST"]), ("/oauth2/token", ["POST"]),
    ("/csc/v1/oauth2/token", ["POST"]), ("/oauth2/revoke", ["POST"]), ("/revoke", ["POST"]),
    ("/oauth2/pushed_authorize", ["POST"]), ("/oauth2/login", ["POST"]), ("/oauth2/consent", ["POST"]),
    ("/oauth2/eid", ["POST"]), ("/oauth2/eid/callback", ["GET", "HEAD"]), ("/confirm/x", ["GET", "HEAD", "POST"]),
    ("/eid/notification", ["POST"]),
  ]
  private static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"]
  private static let pages = ["/authorize", "/oauth2/login", "/consent", "/eid", "/callback", "/confirm/x"]

  private func isPage(_ path: String) -> Bool { Self.pages.contains { path.hasSuffix($0) } }

  @Test("every path: Allow tells what works, 405 is for the rest, and every error has a body and an id")
  func methods() async throws {
    try await GatewayFixture().application.test(.router) { client in
      for (path, methods) in Self.paths {
        for name in Self.methods {
          let method = try #require(HTTPRequest.Method(name))
          let answer = try await client.execute(uri: path, method: method)
          if methods.contains(name) {
            #expect(answer.status.code != 405 && answer.status.code != 404, "\(name) \(path)")
          } else {
            #expect(answer.status.code == (name == "OPTIONS" ? 204 : 405), "\(name) \(path)")
            let allowed = answer.headers[.allow]?.components(separatedBy: ", ") ?? []
            #expect(Set(allowed) == methods.union(["OPTIONS"]), "\(name) \(path)")
          }
          guard answer.status.code >= 400 else { continue }
          #expect(answer.headers[.requestID]?.isEmpty == false, "\(name) \(path)")
          let type = answer.headers[.contentType] ?? ""
          #expect(type.hasPrefix(isPage(path) ? "text/html" : "application/json"), "\(name) \(path): \(type)")
          guard name != "HEAD" else { continue }
          if isPage(path) {
            #expect(String(buffer: answer.body).hasPrefix("<!"), "\(name) \(path)")
          } else {
            let json = try JSONValue.parse(Array(answer.body.readableBytesView), limits: .own).object
            #expect(json?["error"]?.string?.isEmpty == false, "\(name) \(path)")
            #expect(json?["error_description"]?.string?.isEmpty == false, "\(name) \(path)")
          }
        }
      }
    }
  }

  @Test("HEAD has the headers of GET and no body, on every path that answers GET")
  func head() async throws {
    let fixture = try await GatewayFixture()
    let query =
      "?response_type=code&client_id=app&redirect_uri=\(OAuthFixture.redirectURI)&code_challenge_method=S256"
      + "&code_challenge=x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"
    try await fixture.application.test(.router) { client in
      let style = try #require(
        String(buffer: try await client.execute(uri: "/oauth2/authorize" + query, method: .get).body)
          .firstMatch(of: /"(\/assets\/[^"]+css)"/)?.output.1)
      for path in Self.paths.filter({ $0.methods.contains("GET") }).map({ $0.path })
        + ["/oauth2/authorize" + query, String(style), "/csc/v2/info?lang=de", "/nowhere", "/csc/v2/nonsense"]
      {
        let get = try await client.execute(uri: path, method: .get)
        let head = try await client.execute(uri: path, method: .head)
        #expect(head.status == get.status && head.body.readableBytes == 0, "\(path)")
        var names = Set((get.headers + head.headers).map(\.name)).subtracting([.requestID, .setCookie, .date])
        let isErrorPage = get.status.code >= 400 && get.headers[.contentType]?.hasPrefix("text/html") == true
        // An error page shows the request's own id, whose length differs.
        if isErrorPage { names.remove(.contentLength) }
        for name in names { #expect(head.headers[name] == get.headers[name], "\(path) \(name)") }
        #expect(get.headers[.contentLength] == "\(get.body.readableBytes)", "\(path)")
        #expect((head.headers[.requestID] == nil) == (get.headers[.requestID] == nil), "\(path)")
      }
    }
  }

  @Test(
    "HEAD over a real connection: no body is written, and the next answer follows", arguments: ListenerKind.allCases)
  func realHead(_ kind: ListenerKind) async throws {
    try await kind.serving { _, port in
      let connection = try await kind.open(port)
      for path in ["/health/live", "/csc/v2/info", "/openapi.yaml", "/nowhere", "/csc/v2/credentials/list"] {
        try await connection.send("HEAD \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
      }
      try await connection.send(
        "OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\nGET /health/live HTTP/1.1\r\nHost: test\r\n\r\n")
      try await connection.wait { $0.hasSuffix("alive\n") }
      let answers = connection.received.components(separatedBy: "\r\n\r\n")
      let statuses = ["200", "200", "200", "404", "405", "204", "200"]
      #expect(answers.map { String($0.prefix(12)) } == statuses.map { "HTTP/1.1 \($0)" } + ["alive\n"])
      #expect(answers[5].contains("\r\nAllow: GET, HEAD, POST, OPTIONS"))
    }
  }

  @Test("nothing at a path: JSON for software, a page for a browser; 501 for methods that the API does not have")
  func nowhere() async throws {
    try await GatewayFixture().application.test(.router) { client in
      for (path, accept, status, type) in [
        ("/nowhere", nil, 404, "application/json"), ("/", nil, 404, "application/json"),
        ("/nowhere", "text/html,*/*;q=0.8", 404, "text/html"), ("/oauth2/nowhere", nil, 404, "text/html"),
        ("/csc/v3/info", "text/html", 404, "application/json"), ("/csc", nil, 404, "application/json"),
        ("/.well-known/nowhere", nil, 404, "application/json"), ("/health/nowhere", nil, 404, "application/json"),
        ("/assets/nowhere.css", nil, 404, "application/json"), ("/csc/v2/nonsense", nil, 501, "application/json"),
        ("/csc/v1/oauth2/nonsense", nil, 501, "application/json"),
      ] as [(String, String?, Int, String)] {
        let verbs: [HTTPRequest.Method] = path.hasPrefix("/assets") ? [.get] : [.get, .post]
        for verb in verbs {
          let answer = try await client.execute(
            uri: path, method: verb, headers: accept.map { [.accept: $0] } ?? [:], body: ByteBuffer(string: "x"))
          #expect(answer.status.code == status, "\(verb) \(path)")
          #expect(answer.headers[.contentType]?.hasPrefix(type) == true && answer.body.readableBytes > 0, "\(path)")
          #expect(answer.headers[.requestID] != nil, "\(path)")
        }
      }
    }
  }

  @Test("after the scheme of credentials: one space or more, no tab; the scheme in any case")
  func credentials() async throws {
    let fixture = try await GatewayFixture()
    for scheme in ["Bearer ", "bearer ", "BEARER  ", "Bearer     "] {
      #expect(try await fixture.call("credentials/list", header: scheme + fixture.alice).status == 200, "\(scheme)")
    }
    for header in [
      "Bearer\t\(fixture.alice)", "Bearer \t\(fixture.alice)", "Bearer", "Bearer ", "Bearer a b",
      "Bearer\(fixture.alice)",
    ] {
      #expect(try await fixture.call("credentials/list", header: header).status == 400, "\(header)")
    }
    let pair = Data("alice:\(GatewayFixture.password)".utf8).base64EncodedString()
    for scheme in ["Basic ", "basic ", "BASIC   "] {
      #expect(try await fixture.call("auth/login", header: scheme + pair).status == 200, "\(scheme)")
    }
    for header in ["Basic\t\(pair)", "Basic \t\(pair)", "Basic\(pair)"] {
      #expect(try await fixture.call("auth/login", header: header).status == 401, "\(header)")
    }
    let client = Data("portal:\(PercentText.encode(OAuthFixture.secret))".utf8).base64EncodedString()
    for (header, status) in [("Basic  \(client)", 200), ("bAsIc \(client)", 200), ("Basic \t\(client)", 400)] {
      let answer = try await fixture.application.test(.router) { http in
        try await http.execute(
          uri: "/oauth2/token", method: .post,
          headers: [.authorization: header, .contentType: "application/x-www-form-urlencoded"],
          body: ByteBuffer(string: "grant_type=client_credentials"))
      }
      #expect((answer.status.code == 200) == (status == 200), "\(header) \(answer.status)")
    }
  }
}
