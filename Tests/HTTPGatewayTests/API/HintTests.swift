import CSCModel
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SoleControl
import Synchronization
import TestSupport
import Testing

@testable import HTTPGateway
import Vocabulary

/// Hints that tell integrators and operators what is wrong, where the API's tables leave room.
@Suite("Hints", .timeLimit(.minutes(5)))
struct HintTests {
  @Test("a form endpoint that gets JSON says so, instead of missing a parameter")
  func form() async throws {
    let fixture = try await GatewayFixture()
    for (type, text) in [
      ("application/json", "Send the parameters as application/x-www-form-urlencoded, not as JSON"),
      ("Application/JSON; charset=utf-8", "Send the parameters as application/x-www-form-urlencoded, not as JSON"),
      ("application/x-www-form-urlencoded", "Missing parameter client_id"),
      ("text/plain", "Missing parameter client_id"),
    ] {
      let answer = try await fixture.application.test(.router) { client in
        try await client.execute(
          uri: "/oauth2/token", method: .post, headers: [.contentType: type],
          body: ByteBuffer(string: #"{"grant_type":"client_credentials"}"#)
        ) { "\($0.status.code) \(String(buffer: $0.body))" }
      }
      #expect(answer.hasPrefix("400 ") && answer.contains(text), "\(type)")
    }
    for path in ["/oauth2/pushed_authorize", "/oauth2/revoke", "/csc/v1/oauth2/token"] {
      let answer = try await fixture.application.test(.router) { client in
        try await client.execute(
          uri: path, method: .post, headers: [.contentType: "application/json"], body: ByteBuffer(string: "{}")
        ) { "\($0.status.code) \(String(buffer: $0.body))" }
      }
      #expect(answer.hasPrefix("400 ") && answer.contains("not as JSON"), "\(path)")
    }
    // A GET has no body that the type would be of; clients that always send one are served.
    let page = try await fixture.application.test(.router) { client in
      try await client.execute(
        uri: "/oauth2/authorize?client_id=app", method: .get, headers: [.contentType: "application/json"]
      ) { String(buffer: $0.body) }
    }
    #expect(!page.contains("not as JSON"))
  }

  @Test("the log's line of a refused call says what was wrong, and nothing that the request said")
  func log() async throws {
    let lines = Lines()
    let fixture = try await GatewayFixture(logger: Logger(label: "test") { _ in lines })
    let credential = try await fixture.signing.createCredential("c1")
    let calls: [(method: String, body: String, error: String?)] = [
      ("credentials/info", #"{"credentialID":"\#(credential.id.rawValue)"}"#, nil),
      ("credentials/info", "{}", "Missing (or invalid type) string parameter credentialID"),
      ("credentials/info", #"{"credentialID":"secret-1"}"#, "Invalid parameter credentialID"),
    ]
    for call in calls {
      _ = try await fixture.call(call.method, call.body, .v2, token: fixture.alice)
      let line = try #require(lines.last)
      #expect(line["error"].map { "\($0)" } == call.error, "\(line)")
    }
    #expect(lines.all.allSatisfy { !"\($0)".contains("secret-1") })
  }

  @Test("names from the request stay out of the log")
  func ownText() {
    let error = CSCError.invalidSignedProps(["secret-1"])
    #expect(error.text.contains("secret-1") && error.ownText == "Invalid parameter signed_props")
    #expect(CSCError.malformedRequest.ownText == CSCError.malformedRequest.text)
  }
}

/// The metadata of every line.
private final class Lines: LogHandler, Sendable {
  private let lines = Mutex<[Logger.Metadata]>([])

  var all: [Logger.Metadata] { lines.withLock { $0 } }
  var last: Logger.Metadata? { all.last }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }
  var logLevel: Logger.Level {
    get { .info }
    set {}
  }
  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    lines.withLock { $0.append(event.metadata ?? [:]) }
  }
}
