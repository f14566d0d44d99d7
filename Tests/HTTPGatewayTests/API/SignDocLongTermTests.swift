import Foundation
import Issuance
import Octets
import OpenSSLPKI
import SoleControl
import TestSupport
import Testing
import Vocabulary
import WireJSON

/// Level B-LT of `signatures/signDoc` (CSC v2 §11.14), with CRLs in files.
@Suite("signatures/signDoc at level B-LT", .timeLimit(.minutes(2)))
struct SignDocLongTermTests {
  private let request = "400 invalid_request"

  private func entry(_ text: String = "a", _ members: String = "") -> String {
    let hash = Base64.encode(digest(text))
    return #"{"hashes":["\#(hash)"],"signature_format":"C","signAlgo":"1.2.840.10045.4.3.2"\#(members)}"#
  }

  private func call(_ fixture: GatewayFixture, _ members: String) async throws -> GatewayFixture.Answer {
    try await fixture.call("signatures/signDoc", "{\(members)}", .v2, token: fixture.alice)
  }

  private func sad(_ fixture: GatewayFixture, _ credential: Credential) async throws -> String {
    Base64.encodeURL(try await fixture.signing.authorize(credential).sad.octets)
  }

  @Test("level B-LT is announced where there are CRLs, and is not given while one is missing")
  func longTerm() async throws {
    let fixture = try await GatewayFixture(revocation: RevocationFiles(paths: ["none.crl"]))
    let info = try await fixture.call("info", "{}", .v2)
    #expect(info["conformance_levels"] == ["AdES-B-B", "AdES-B-T", "AdES-B-LT"])
    let credential = try await fixture.signing.createCredential()
    let key = #""credentialID":"\#(credential.id)","SAD":"\#(try await sad(fixture, credential))""#
    func body(_ level: String) -> String {
      let members = #","conformance_level":"\#(level)""#
      return #"\#(key),"documentDigests":[\#(entry("a", members).replacing(#""C""#, with: #""P""#))]"#
    }
    let refused = try await call(fixture, body("AdES-B-LT"))
    #expect(refused.status == 503 && refused["error"] == "temporarily_unavailable", "\(refused.row)")
    // A refusal for good comes first.
    let wrong = body("AdES-B-LT").replacing(#""SAD":""#, with: #""SAD":"A"#)
    #expect(try await call(fixture, wrong).row == "\(request) Invalid parameter SAD")
    #expect(try await call(fixture, body("AdES-B-T")).status == 200)
  }

  @Test("level B-LT with a certificate that is on its CRL is refused for good, and nothing is spent")
  func revoked() async throws {
    let folder = try temporaryFolder()
    let (root, issuing) = (folder.appendingPathComponent("root"), folder.appendingPathComponent("issuing"))
    let fixture = try await GatewayFixture(revocation: RevocationFiles(paths: [root.path, issuing.path]))
    let credential = try await fixture.signing.createCredential()
    let key = #""credentialID":"\#(credential.id)","SAD":"\#(try await sad(fixture, credential))""#
    let members = #","conformance_level":"AdES-B-LT""#
    let body = #"\#(key),"documentDigests":[\#(entry("a", members).replacing(#""C""#, with: #""P""#))]"#
    let authority = TestDevice.shared.authority
    let now = fixture.signing.clock.now
    try Data(authority.revocationLists(now: now, number: 1, next: 100).root).write(to: root)
    func revoke(_ serialNumber: String) throws {
      let revocation = Revocation(
        issuer: try authority.issuingName, serialNumber: serialNumber, time: now, expires: now + 100,
        reason: .unspecified)
      try Data(authority.issuingList(of: [revocation], now: now, number: 2, next: 100)).write(to: issuing)
    }
    try revoke(credential.certificate.serialNumber)
    #expect(try await call(fixture, body).row == "\(request) Invalid parameter credentialID")
    let stamping = try Certificate(chain: TestDevice.shared.timestampSigner.chain)
    try revoke(stamping.serialNumber)
    #expect(try await call(fixture, body).row == "\(request) Invalid parameter conformance_level")
    try revoke("01")
    #expect(try await call(fixture, body).status == 200)
  }
}
