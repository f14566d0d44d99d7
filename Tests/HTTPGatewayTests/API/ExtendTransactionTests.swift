import CSCModel
import Octets
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

@Suite("credentials/extendTransaction over HTTP", .timeLimit(.minutes(5)))
struct ExtendTransactionHTTPTests {
  private let a = Base64.encode(digest("a"))
  private let b = Base64.encode(digest("b"))

  private func hashes(_ version: CSCVersion, _ hashes: [String]) -> String {
    let list = hashes.map { "\"\($0)\"" }.joined(separator: ",")
    return version == .v1
      ? #","hash":[\#(list)]"# : #","hashes":[\#(list)],"hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#
  }

  private func extend(
    _ fixture: GatewayFixture, _ id: CredentialID, _ sad: String, _ rest: String, _ version: CSCVersion,
    token: String? = nil
  ) async throws -> GatewayFixture.Answer {
    try await fixture.call(
      "credentials/extendTransaction", #"{"credentialID":"\#(id)","SAD":"\#(sad)","clientData":"x"\#(rest)}"#, version,
      token: token ?? fixture.alice)
  }

  @Test("the sequence of the reference, over HTTP", arguments: CSCVersion.allCases)
  func sequence(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two)
    func sign(_ sad: String, _ hash: String) async throws -> GatewayFixture.Answer {
      try await fixture.call(
        "signatures/signHash",
        #"{"credentialID":"\#(credential.id)","SAD":"\#(sad)","signAlgo":"1.2.840.10045.4.3.2"\#(hashes(version, [hash]))}"#,
        version, token: fixture.alice)
    }
    let authorized = try await fixture.call(
      "credentials/authorize",
      #"{"credentialID":"\#(credential.id)","numSignatures":2,"PIN":"12345678"\#(hashes(version, [a]))}"#, version,
      token: fixture.alice)
    let first = try #require(authorized["SAD"]?.string)
    #expect(try await sign(first, a).status == 200)
    let extended = try await extend(fixture, credential.id, first, hashes(version, [b]), version)
    let second = try #require(extended["SAD"]?.string, "\(extended.row)")
    #expect(extended.status == 200 && extended["expiresIn"] == 300 && second != first)
    #expect(try await sign(first, b).row == "400 invalid_request Invalid parameter SAD")
    #expect(try await sign(second, b).status == 200)
    #expect(
      try await extend(fixture, credential.id, second, hashes(version, [a]), version).row
        == "400 invalid_request Invalid parameter SAD")
  }

  @Test("the rows", arguments: CSCVersion.allCases)
  func rows(version: CSCVersion) async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential(scal: .two)
    let sad = Base64.encodeURL(
      try await fixture.signing.authorize(credential, count: 2, digests: [digest("a")]).sad.octets)
    let request = "400 invalid_request"
    for (body, name) in [
      ("{}", "credentialID"), (#"{"credentialID":5,"SAD":"x"}"#, "credentialID"),
      (#"{"credentialID":"\#(credential.id)"}"#, "SAD"), (#"{"credentialID":"\#(credential.id)","SAD":5}"#, "SAD"),
    ] {
      #expect(
        try await fixture.call("credentials/extendTransaction", body, version, token: fixture.alice).row
          == "\(request) Missing (or invalid type) string parameter \(name)")
    }
    let named = hashes(version, [b])
    #expect(
      try await extend(fixture, CredentialID("x"), "nonsense", named, version).row
        == "\(request) Invalid parameter credentialID")
    #expect(
      try await extend(fixture, credential.id, sad, named, version, token: fixture.bob).row
        == "\(request) Invalid parameter credentialID")
    #expect(
      try await extend(fixture, credential.id, "nonsense", named, version).row == "\(request) Invalid parameter SAD")
    let name = version == .v1 ? "hash" : "hashes"
    #expect(
      try await extend(fixture, credential.id, sad, "", version).row
        == "\(request) Missing (or invalid type) array parameter \(name)")
    #expect(
      try await extend(fixture, credential.id, sad, #","\#(name)":[]"#, version).row == "\(request) Empty \(name) array"
    )
    #expect(
      try await extend(fixture, credential.id, sad, hashes(version, ["***"]), version).row
        == "\(request) Invalid Base64 hash string parameter")
    #expect(
      try await extend(fixture, credential.id, sad, hashes(version, [a, b, b]), version).row
        == "\(request) Numbers of signatures is too high")
    if version == .v2 {
      #expect(
        try await extend(fixture, credential.id, sad, #","hashes":["\#(b)"]"#, .v2).row
          == "\(request) Missing (or invalid type) string parameter hashAlgorithmOID")
    }
    #expect(try await extend(fixture, credential.id, sad, named, version).status == 200)
    fixture.signing.clock.advance(300)
    #expect(try await extend(fixture, credential.id, sad, named, version).row == "\(request) SAD expired")
  }
}
