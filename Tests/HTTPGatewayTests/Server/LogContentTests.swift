import Hummingbird
import HTTPTypes
import HummingbirdTesting
import Logging
import NIOCore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Content of the log about calls.
@Suite("Log content", .timeLimit(.minutes(5)))
struct LogContentTests {
  /// Stands in every part of a request where a client can write something.
  private static let mark = "f00dMark"

  @Test("no part of a request but the names of our own methods, whatever the request asks for")
  func marks() async throws {
    let lines = LogLines()
    let fixture = try await GatewayFixture(logger: Logger(label: "test") { _ in lines })
    let mark = Self.mark
    let paths = [
      "/csc/v1/\(mark)", "/csc/v2/credentials/\(mark)?x=\(mark)", "/csc/v1/info/\(mark)", "/csc/v3/info/\(mark)",
      "/csc/v1/" + String(repeating: "\(mark)/", count: 500), "/oauth2/\(mark)", "/oauth2/authorize?client_id=\(mark)",
      "/confirm/\(mark)", "/assets/\(mark)", "/brand/\(mark)/\(mark)", "/.well-known/\(mark)",
      "/oauth2/eid/callback?state=\(mark)",
      "/csc/v1/credentials/info?\(mark)", "/csc/v2/signatures/signHash", "/csc/v1/auth/login", "/csc/v2/auth/revoke",
      "/oauth2/token", "/oauth2/revoke", "/oauth2/pushed_authorize", "/oauth2/consent", "/oauth2/login", "/oauth2/eid",
      "/eid/notification", "/\(mark)",
    ]
    let body = #"{"credentialID":"\#(mark)","SAD":"\#(mark)","hash":["\#(mark)"],"token":"\#(mark)","\#(mark)":1}"#
    try await fixture.application.test(.router) { client in
      for path in paths {
        for verb in [HTTPRequest.Method.get, .post, HTTPRequest.Method(rawValue: mark) ?? .put] {
          for authorization in ["Bearer \(fixture.alice)", "Bearer \(mark)", "Basic \(mark)", mark] {
            _ = try await client.execute(
              uri: path, method: verb,
              headers: [
                .authorization: authorization, .userAgent: mark, .cookie: "\(mark)=\(mark)", .acceptLanguage: mark,
                .contentType: mark, .referer: mark,
              ],
              body: verb == .get ? nil : ByteBuffer(string: body))
          }
        }
      }
    }
    let written = lines.lines.withLock(\.self)
    #expect(
      written.contains { $0.contains("csc/v1/unknown") } && written.contains { $0.contains("signatures/signHash") })
    #expect(written.filter { $0.contains(mark) || $0.contains(fixture.alice) } == [])
  }

  @Test("a credential that claims more than its certificate: an internal error, and the log says what can be done")
  func unfoundedQualifier() async throws {
    let lines = LogLines()
    let fixture = try await GatewayFixture(logger: Logger(label: "test") { _ in lines })
    var credential = try await fixture.signing.createCredential("c1")
    credential.qualifier = "eu_eidas_qes"
    let (claim, row) = (credential, try await fixture.signing.service.context.protectedRow(credential))
    try await fixture.signing.store.write { try $0.put(row, of: claim) }
    let answer = try await fixture.call("credentials/info", #"{"credentialID":"c1"}"#, .v2, token: fixture.alice)
    #expect(answer.status == 500 && answer["error"] == "server_error")
    #expect(answer["error_description"]?.string?.contains("qes") == false)
    let written = lines.lines.withLock(\.self)
    #expect(
      written.contains {
        $0.contains("c1") && $0.contains("QcCompliance, QcSSCD, QcType esign")
          && $0.contains("nothing is signed with it; its owner, or a trusted client, can delete it")
      }, "\(written)")
    #expect(try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)["credentialIDs"] == [])
  }

  private enum Foreign: Error { case said(String), nothing }

  @Test("of an error that is not ours only the type and the case are told")
  func errors() {
    struct Odd: Error { let text: String }
    #expect(!ErrorText.of(Odd(text: Self.mark)).contains(Self.mark))
    let text = ErrorText.of(Foreign.said(Self.mark))
    #expect(!text.contains(Self.mark) && text.hasSuffix(".said"))
    #expect(ErrorText.of(Foreign.nothing).hasSuffix(".nothing"))
  }

  @Test(
    "where clients come by TLS, every answer tells browsers to stay with it; elsewhere none does",
    arguments: [true, false])
  func strictTransport(isOn: Bool) async throws {
    let fixture = try await GatewayFixture()
    let responder = StrictTransport(inner: fixture.gateway.responder(), isOn: isOn)
    try await Application(responder: responder).test(.router) { client in
      for path in ["/health/live", "/csc/v1/info", "/oauth2/authorize", "/confirm/x", "/logo.png", "/csc/v1/nothing"] {
        let answer = try await client.execute(uri: path, method: .get)
        #expect(answer.headers[.strictTransportSecurity] == (isOn ? "max-age=31536000" : nil), "\(path)")
      }
    }
    let tls = Gateway.Listener(host: "::", port: 1, tls: (certificate: "", privateKey: ""))
    #expect(fixture.gateway.isStrict(tls) && !fixture.gateway.isStrict(Gateway.Listener(host: "::", port: 1)))
    var proxied = fixture.gateway
    proxied.trustedProxy = TrustedProxy(header: "Forwarded", addresses: [])
    #expect(proxied.isStrict(Gateway.Listener(host: "::", port: 1)))
  }
}
