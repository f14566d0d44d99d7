import Foundation
import Octets
import OutboundHTTP
import TestSupport
import Testing
import WireJSON

/// Partners that change in the configuration file of a service that runs.
extension SandboxTests {
  @Test("SIGHUP: what the file says of partners holds from then on, without a restart; a wrong file changes nothing")
  func partners() async throws {
    let sandbox = try await SandboxProcess(folder: try temporaryFolder())
    defer { _ = sandbox.stop() }
    let gateway = try await ServedGateway(of: sandbox)
    defer { gateway.end() }
    let origin = "https://new.example"
    let listed = try #require(gateway.member("partners")?.array)
    let client = try #require(listed[0].object?["clients"]?.array?.first?.object?["id"]?.string)

    func allowed() async throws -> String? {
      try await gateway.send("/csc/v2/info", Array("{}".utf8), ["Content-Type: application/json", "Origin: \(origin)"])
        .header("Access-Control-Allow-Origin")
    }
    /// Whether the client may ask for a code.
    func isKnown() async throws -> Bool {
      let page = try await gateway.send("/oauth2/authorize?client_id=\(PercentText.encode(client))", nil, [])
      return !String(decoding: page.body, as: UTF8.self).contains("client_id")
    }
    #expect(try await allowed() == nil)
    #expect(try await isKnown())

    var first = try #require(listed[0].object)
    first["browserOrigins"] = [.string(origin)]
    first["clients"] = []
    try gateway.change("partners", to: .array([.object(first)] + listed.dropFirst()))
    gateway.signal(SIGHUP)
    #expect(try await gateway.logs { $0["needsRestart"]?.string == "nothing" })
    #expect(try await allowed() == origin)
    #expect(try await !isKnown())

    first["colour"] = "no colour"
    first["browserOrigins"] = []
    try gateway.change("partners", to: .array([.object(first)] + listed.dropFirst()))
    gateway.signal(SIGHUP)
    #expect(try await gateway.logs { $0["message"]?.string?.contains("the old one stays") == true })
    #expect(try await allowed() == origin)

    try gateway.change("partners", to: .array(listed))
    gateway.signal(SIGHUP)
    try await eventually { try await isKnown() }
    #expect(try await allowed() == nil)
    gateway.signal(SIGTERM)
    #expect(gateway.waitUntilEnd() == 0)
  }
}
