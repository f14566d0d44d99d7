import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing
import WireJSON

/// Paths on which the service tells about itself outside the CSC API.
@Suite("Service paths", .timeLimit(.minutes(5)))
struct ServicePathTests {
  private func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
    try await GatewayFixture().application.test(.router) { client in
      try await client.execute(uri: path, method: .get, headers: headers)
    }
  }

  @Test("/openapi.yaml is the file that the tests hold every answer against, and is sent once")
  func openAPI() async throws {
    let file = try Data(contentsOf: repository.appendingPathComponent("Specs/openapi/openapi.yaml"))
    let answer = try await get("/openapi.yaml")
    #expect(answer.status == .ok && answer.headers[.contentType] == "application/yaml")
    #expect(Data(answer.body.readableBytesView) == file)
    let tag = try #require(answer.headers[.eTag])
    for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
      let again = try await get("/openapi.yaml", [.ifNoneMatch: known])
      #expect(again.status == .notModified && again.body.readableBytes == 0 && again.headers[.eTag] == tag, "\(known)")
    }
    #expect(try await get("/openapi.yaml", [.ifNoneMatch: "\"other\""]).status == .ok)
  }

  @Test("liveness, readiness and logo")
  func others() async throws {
    #expect(try await get("/health/live").status == .ok)
    #expect(try await get("/health/ready").status == .ok)
    let logo = try await get("/logo.png")
    #expect(Array(logo.body.readableBytesView.prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
  }

  /// - Returns: of a form sent by POST.
  private func post(_ path: String, _ form: [(String, String)]) async throws -> TestResponse {
    let body = form.map { "\($0.0)=\($0.1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
    return try await GatewayFixture().application.test(.router) { client in
      try await client.execute(
        uri: path, method: .post, headers: [.contentType: "application/x-www-form-urlencoded"],
        body: ByteBuffer(string: body.joined(separator: "&")))
    }
  }

  @Test(
    "an authorization begins by POST too, under every base, also with doubled slashes",
    arguments: ["/oauth2", "//oauth2", "/csc/v2/oauth2", "/csc/v1/oauth2", "/csc/v1//oauth2"])
  func authorize(base: String) async throws {
    let answer = try await post(
      "\(base)/authorize",
      [
        ("response_type", "code"), ("client_id", "app"), ("redirect_uri", OAuthFixture.redirectURI),
        ("code_challenge", "x4_CAqIqm7ihEL_WVDE27vyC5gDX2c-nMBnxjaowaAs"), ("code_challenge_method", "S256"),
      ])
    #expect(answer.status == .ok && answer.headers[.setCookie]?.hasPrefix("__Host-countersign=") == true)
    let refused = try await post("\(base)/authorize", [("client_id", "app"), ("state", "k 8")])
    #expect(refused.status == .found)
    #expect(
      refused.headers[.location]
        == "\(OAuthFixture.redirectURI)?error=invalid_request&error_description=Missing%20parameter%20response_type"
        + "&state=k%208&iss=https%3A%2F%2Fsign.example")
  }

  @Test("tokens are revoked where one client looks for it")
  func revocation() async throws {
    let answer = try await post("/revoke", [("client_id", "app"), ("token", "unknown")])
    #expect(answer.status == .badRequest && String(buffer: answer.body).contains("Invalid string parameter token"))
    let fixture = try await GatewayFixture()
    let issued = try await fixture.application.test(.router) { client in
      let form = "client_id=legacy&client_secret=\(OAuthFixture.secret.replacing(" ", with: "+"))&"
      let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
      let token = try await client.execute(
        uri: "/oauth2/token", method: .post, headers: headers,
        body: ByteBuffer(string: form + "grant_type=client_credentials"))
      let access = try #require(
        JSONValue.parse(Array(token.body.readableBytesView), limits: .own).object?["access_token"]?.string)
      let revoked = try await client.execute(
        uri: "/revoke", method: .post, headers: headers, body: ByteBuffer(string: form + "token=\(access)"))
      return (access, revoked.status)
    }
    #expect(issued.1 == .noContent)
    #expect(try await fixture.call("credentials/list", #"{"userID":"alice"}"#, token: issued.0).status == 401)
  }

  @Test("the key set of a server that issues no ID tokens is empty")
  func keys() async throws {
    #expect(String(buffer: try await get("/oauth2/jwks").body) == #"{"keys":[]}"#)
  }
}
