import Foundation
import Hummingbird
import TestSupport
import Testing

@testable import OutboundHTTP

/// Against a real TLS server.
@Suite("Whom the HTTP client trusts", .timeLimit(.minutes(2)))
struct TrustTests {
  @Test("named anchors take the place of the system's: a certificate of another authority is refused")
  func pinned() async throws {
    let (pinned, other) = (try await LocalAuthority("pinned"), try await LocalAuthority("other"))
    // As /etc/ssl/certs is made.
    #expect(try await run("/usr/bin/openssl", ["rehash", other.folder.path]).status == 0)
    let router = Router()
    router.get("/") { _, _ in "good" }
    func status(of authority: LocalAuthority, _ anchors: String?) async throws -> Int {
      try await authority.issue("server")
      let (certificate, key) = (authority.certificate("server"), authority.key("server"))
      let (statuses, status) = AsyncThrowingStream<Int, any Error>.makeStream()
      try await LocalServer.serve(router, certificate: certificate, key: key) { base in
        var settings = HTTPClient.Settings()
        settings.systemAnchors = other.folder.path
        settings.trustAnchors = anchors
        do { status.yield(try await HTTPClient(settings).perform(.init(url: base)).status) } catch {
          status.finish(throwing: error)
        }
      }
      for try await status in statuses { return status }
      throw CancellationError()
    }
    #expect(try await status(of: pinned, pinned.root) == 200)
    // Good by the system's folder, and so for a client that names no anchors.
    #expect(try await status(of: other, nil) == 200)
    await #expect(throws: HTTPClientError.untrusted) { try await status(of: other, pinned.root) }
    await #expect(throws: HTTPClientError.untrusted) { try await status(of: pinned, nil) }
  }
}
