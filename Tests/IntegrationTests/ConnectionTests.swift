import Foundation
import TestSupport
import Testing
import WireJSON

/// How connections of common clients behave.
extension SandboxTests {
  @Test("hundreds of POSTs of one curl over HTTP/2: every one is answered on one connection")
  func quickClient() async throws {
    let sandbox = try await SandboxProcess(folder: try temporaryFolder())
    defer { _ = sandbox.stop() }
    let base = try #require(sandbox.description["tlsBaseURL"]?.string)
    let anchor = try #require(sandbox.description["tlsTrustAnchor"]?.string)
    let request = """
      silent
      http2
      cacert = "\(anchor)"
      url = "\(base)/csc/v2/info"
      header = "Content-Type: application/json"
      data = "{}"
      output = "/dev/null"
      write-out = "%{http_code} %{http_version} %{num_connects}\\n"

      """
    let count = 450
    let requests = Array(repeating: request, count: count).joined(separator: "next\n")
    let ended = try await run("/usr/bin/curl", ["--config", "-"], input: Array(requests.utf8))
    let lines = ended.output.split(separator: "\n")
    #expect(ended.status == 0 && lines.count == count)
    #expect(lines.allSatisfy { $0.hasPrefix("200 2 ") }, "\(Set(lines))")
    #expect(lines.count { $0.hasSuffix(" 1") } == 1)
  }
}
