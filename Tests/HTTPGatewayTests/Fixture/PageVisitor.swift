import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Octets
import Testing

@testable import HTTPGateway

/// A browser of the tests: keeps cookies, and sends the fields that a page has.
final class PageVisitor {
  struct Page {
    let status: Int
    let headers: HTTPFields
    let text: String

    /// The value of a hidden field.
    func field(_ name: String) -> String? {
      let pattern = try? Regex("<input[^>]*name=\"\(name)\" value=\"([^\"]*)\"")
      return pattern.flatMap { text.firstMatch(of: $0)?.output[1].substring.map(String.init) }
    }

    var hidden: [String: String] {
      Dictionary(
        ["transaction", "csrf"].compactMap { name in field(name).map { (name, $0) } }, uniquingKeysWith: { $1 })
    }
  }

  private let fixture: GatewayFixture
  private(set) var cookies: [String: String] = [:]

  /// - Parameter cookies: of a browser that goes on here.
  init(_ fixture: GatewayFixture, cookies: [String: String] = [:]) {
    self.fixture = fixture
    self.cookies = cookies
  }

  func get(_ uri: String) async throws -> Page { try await send(.get, uri, nil, [:]) }

  /// - Parameter headers: those of the browser about where the form was, unless the test changes them.
  func post(
    _ uri: String, _ form: [String: String],
    headers: HTTPFields = [.secFetchSite: "same-origin", .origin: OAuthFixture.issuer]
  ) async throws -> Page {
    let body = form.map { "\(PercentText.encode($0.key))=\(PercentText.encode($0.value))" }.joined(separator: "&")
    return try await send(.post, uri, body, headers)
  }

  private func send(
    _ method: HTTPRequest.Method, _ uri: String, _ body: String?, _ headers: HTTPFields
  ) async throws -> Page {
    var fields = headers
    if body != nil { fields[.contentType] = "application/x-www-form-urlencoded" }
    if !cookies.isEmpty { fields[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
    let sent = fields
    let page = try await fixture.application.test(.router) { client in
      try await client.execute(uri: uri, method: method, headers: sent, body: body.map { ByteBuffer(string: $0) }) {
        Page(status: $0.status.code, headers: $0.headers, text: String(buffer: $0.body))
      }
    }
    for cookie in page.headers[values: .setCookie] {
      let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { cookies[String(pair[0])] = String(pair[1]) }
    }
    return page
  }
}
