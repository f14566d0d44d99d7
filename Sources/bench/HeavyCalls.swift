import CSCModel
import Octets
import OutboundHTTP
import WireJSON

/// Calls over HTTP of which some are a lot of work for the service.
extension TestStand {
  /// The health check, and a partner's list of credentials.
  func listOverHTTP() async throws {
    let health = try await client.perform(.init(url: "http://127.0.0.1:\(Self.port)/health/live"))
    guard health.status == 200 else { throw UnexpectedAnswer(description: "health: \(health.status)") }
    _ = try await post("credentials/list", [:])
  }

  /// A log-in with a wrong password, of a name and from an address that no other one has.
  ///
  /// - Returns: whether the password was looked at; if not, too many were.
  func logInWrongly(_ number: Int) async throws -> Bool {
    let proof = Base64.encode(Array("name-\(number):wrong".utf8))
    return try await isRefused(
      "csc/v1/auth/login", Array("{}".utf8),
      [
        "Content-Type: application/json", "Authorization: Basic \(proof)",
        "X-Forwarded-For: 10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)",
      ])
  }

  /// A request for authorization of an unknown client, with a long list of what it wants.
  func beginWithManyMembers() async throws -> Bool {
    let members = (0..<9000).map { #""n\#($0)":\#($0)"# }.joined(separator: ",")
    let form =
      "response_type=code&client_id=bench&redirect_uri=https://a.example/&code_challenge="
      + String(repeating: "A", count: 43)
      + #"&code_challenge_method=S256&authorization_details=[{"type":"credential-creation","subjectData":{\#(members)}}]"#
    return try await isRefused(
      "oauth2/authorize", Array(form.utf8), ["Content-Type: application/x-www-form-urlencoded"])
  }

  /// A call with many more hashes than a credential may sign.
  func signTooMany() async throws -> Bool {
    let hash = JSONValue.string(Base64.encode([UInt8](repeating: 7, count: 32)))
    let body = JSONValue.object(
      JSONObject([("credentialID", "bench"), ("SAD", "x"), ("hashes", .array(Array(repeating: hash, count: 20_000)))]))
    return try await isRefused(
      "csc/v2/signatures/signHash", body.compact(),
      ["Content-Type: application/json", "Authorization: Bearer \(token)"])
  }

  /// Whether the service did the work and found something wrong; if not, it has too much to do.
  private func isRefused(_ path: String, _ body: [UInt8], _ headers: [String]) async throws -> Bool {
    let answer = try await client.perform(
      .init(url: "http://127.0.0.1:\(Self.port)/\(path)", body: body, headers: headers))
    guard (400..<404).contains(answer.status) || answer.status == 503 else {
      throw UnexpectedAnswer(description: "\(path): \(answer.status)")
    }
    return answer.status != 503
  }
}
