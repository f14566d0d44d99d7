import TestSupport
import Testing
import WireJSON

@Suite("Tokens of clients that are registered no more")
struct LostClientTests {
  @Test("a token of a client that the configuration has no more, or has for another partner, opens nothing")
  func lost() async throws {
    let bench = try await GatewayBench()
    for (client, status) in [("app", 200), ("gone", 401), ("rival", 401)] {
      let change = try await run(
        "/usr/bin/sqlite3", [bench.path, "UPDATE token SET client = '\(client)' WHERE signer = 'alice'"])
      #expect(change.status == 0)
      let answer = try await bench.call("credentials/list", token: bench.alice)
      #expect(answer.status == status, "\(client)")
      if status == 401 { #expect(answer.json["error"] == "invalid_token") }
    }
    #expect(try await bench.call("credentials/list", token: bench.bob).status == 200)
  }
}
