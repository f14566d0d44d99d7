import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

/// What the service tells about itself outside the CSC API.
@Suite("Service paths")
struct ServicePathTests {
  private func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
    try await GatewayBench().application.test(.router) { client in
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
}
