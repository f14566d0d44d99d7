import AuditLog
import Foundation
import Issuance
import Octets
import SQLiteStore
import SoleControl
import Synchronization
import TestSupport
import Testing
import Texts
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// `credentials/delete` (CSC v2 §11.5) with the authorization that it needs, over HTTP.
@Suite("Deleting credentials over HTTP", .timeLimit(.minutes(5)))
struct DeletionHTTPTests {
  private static let request = "400 invalid_request"
  private static let method = "credentials/delete"

  private func delete(
    _ fixture: GatewayFixture, _ request: JSONValue, token: String
  ) async throws -> GatewayFixture.Answer {
    try await call(fixture, ["credentialDeletionRequest": request], token: token)
  }

  private func call(
    _ fixture: GatewayFixture, _ body: JSONValue, token: String
  ) async throws -> GatewayFixture.Answer {
    try await fixture.call(Self.method, String(decoding: body.compact(), as: UTF8.self), .v2, token: token)
  }

  /// A token without the way through the pages.
  private func token(_ fixture: GatewayFixture, _ credential: String) async throws -> String {
    let granted = try await fixture.signing.issuance.grantDeletion(
      of: CredentialID(credential), presented: [.pin: SigningFixture.pin], client: ClientID("portal"),
      as: fixture.signing.principal())
    return Base64.encodeURL(granted.token.octets)
  }

  /// Entries of the CA's list as OpenSSL prints them, by serial number.
  private func entries(_ fixture: GatewayFixture) async throws -> [String: String] {
    let list = try await run(
      "/usr/bin/openssl", ["crl", "-inform", "DER", "-in", fixture.list.path, "-noout", "-text"])
    let parts = list.output.components(separatedBy: "Serial Number: ").dropFirst()
    return Dictionary(
      uniqueKeysWithValues: parts.map { part in
        (String(part.prefix { $0.isHexDigit }), part.components(separatedBy: "Signature Algorithm")[0])
      })
  }

  private func auditLog(_ fixture: GatewayFixture) async throws -> [String] {
    let found = Mutex<[String]>([])
    _ = try await SQLiteLogFile.readAudit(path: fixture.path) { entry, _ in
      found.withLock { $0.append(String(decoding: entry.text, as: UTF8.self)) }
    }
    return found.withLock { $0 }
  }

  @Test("a person sees what will be deleted and gives the PIN; then it is gone, and on the CA's list")
  func deletion() async throws {
    let fixture = try await GatewayFixture()
    let credential = try await fixture.signing.createCredential("old")
    _ = try await fixture.signing.createCredential("other")
    let way = try await CredentialWay(fixture, ["scope": "credential-deletion", "credentialID": "old"])
    let page = try await way.logIn()
    #expect(page.text.contains("Delete your signing certificate?") && page.text.contains("<bdi>old</bdi>"))
    let wrong = try await way.approve(pin: "0")
    #expect(wrong.status == 400 && wrong.text.contains(FieldTexts.pin(.english).wrong))
    let access = try await way.token(try await way.approve())

    let right: JSONValue = ["credentialID": "old"]
    let scope = "403 insufficient_scope The request requires higher privileges than provided by the access token."
    #expect(try await delete(fixture, right, token: fixture.alice).row == scope)
    #expect(try await fixture.call("credentials/create", "{}", .v2, token: access).row == scope)
    #expect(try await delete(fixture, right, token: access).status == 204)
    #expect(try await delete(fixture, right, token: access).row.hasPrefix("401 invalid_token"))
    let info = try await fixture.call("credentials/info", #"{"credentialID":"old"}"#, .v2, token: fixture.alice)
    #expect(info.row == "\(Self.request) Invalid parameter credentialID")
    let entry = try #require(try await entries(fixture)[credential.certificate.serialNumber])
    #expect(entry.contains("Cessation Of Operation"), "\(entry)")
  }

  @Test("what is wrong gets its row, and uses nothing up")
  func rows() async throws {
    let fixture = try await GatewayFixture()
    for name in ["old", "other"] { _ = try await fixture.signing.createCredential(name) }
    _ = try await fixture.signing.createCredential("bobs", signer: "bob")
    let access = try await token(fixture, "old")
    let missing = "Missing (or invalid type)"
    let half = try JSONValue.parse(Array("[1.5]".utf8), limits: .own).array?.first
    func asked(_ revoke: JSONValue, _ reason: JSONValue? = nil) -> JSONValue {
      let request: JSONValue = ["credentialID": "old", "revoke": revoke]
      return ["credentialDeletionRequest": request.changed(["revocationReason": reason])]
    }
    let rows: [(JSONValue, String)] = [
      ([:], "\(missing) string parameter “credentialID”"),
      (["credentialID": 7], "\(missing) string parameter “credentialID”"),
      (["credentialDeletionRequest": [:]], "\(missing) string parameter “credentialID”"),
      (["credentialDeletionRequest": ["credentialID": 7]], "\(missing) string parameter “credentialID”"),
      (
        ["credentialID": "old", "credentialDeletionRequest": ["credentialID": 7]],
        "\(missing) string parameter “credentialID”"
      ),
      (["credentialDeletionRequest": "old"], "\(missing) parameter “credentialDeletionRequest”"),
      (["credentialDeletionRequest": [["credentialID": "old"]]], "\(missing) parameter “credentialDeletionRequest”"),
      (["credentialDeletionRequest": ["credentialID": "none"]], "Invalid parameter “credentialID”"),
      (["credentialDeletionRequest": ["credentialID": "bobs"]], "Invalid parameter “credentialID”"),
      (["credentialDeletionRequest": ["credentialID": ""]], "Invalid parameter “credentialID”"),
      (["credentialDeletionRequest": ["credentialID": "other"]], "Contradicting “credentialID” parameters"),
      (["credentialID": "other"], "Contradicting “credentialID” parameters"),
      (
        ["credentialID": "other", "credentialDeletionRequest": ["credentialID": "old"]],
        "Contradicting “credentialID” parameters"
      ),
      (asked("true"), "Invalid parameter revoke"),
      (asked(1, 1), "Invalid parameter revoke"),
      (asked(true), "\(missing) integer parameter revocationReason"),
      (asked(true, .null), "\(missing) integer parameter revocationReason"),
      (asked(true, "1"), "\(missing) integer parameter revocationReason"),
      (asked(true, "keyCompromise"), "\(missing) integer parameter revocationReason"),
      (asked(true, true), "\(missing) integer parameter revocationReason"),
      (
        asked(true, half),
        "\(missing) integer parameter revocationReason"
      ),
      (asked(true, 7), "Invalid parameter revocationReason"), (asked(true, 11), "Invalid parameter revocationReason"),
      (asked(true, -1), "Invalid parameter revocationReason"),
      (asked(true, .integer(.max)), "Invalid parameter revocationReason"),
      (["credentialID": "old", "clientData": 7], "Invalid parameter clientData"),
    ]
    for (body, text) in rows {
      #expect(try await call(fixture, body, token: access).row == "\(Self.request) \(text)", "\(body)")
    }
    #expect(try await delete(fixture, ["credentialID": "old", "revoke": .null], token: access).status == 204)
    let listed = try await fixture.call("credentials/list", "{}", .v2, token: fixture.alice)
    #expect(listed["credentialIDs"] == ["other"])
  }

  @Test(
    "the reason stands on the CA's list and in the log; one that promises an end of the revocation, and none, do not")
  func reasons() async throws {
    let fixture = try await GatewayFixture()
    let printed: [RevocationReason: String] = [
      .keyCompromise: "Key Compromise", .caCompromise: "CA Compromise", .affiliationChanged: "Affiliation Changed",
      .superseded: "Superseded", .cessationOfOperation: "Cessation Of Operation",
      .privilegeWithdrawn: "Privilege Withdrawn", .aaCompromise: "AA Compromise",
    ]
    #expect(RevocationReason.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 8, 9, 10])
    var serials: [RevocationReason: String] = [:]
    for reason in RevocationReason.allCases {
      let id = "c\(reason.rawValue)"
      serials[reason] = try await fixture.signing.createCredential(id).certificate.serialNumber
      let request: JSONValue = [
        "credentialID": .string(id), "revoke": true, "revocationReason": .integer(reason.rawValue),
      ]
      #expect(try await delete(fixture, request, token: try await token(fixture, id)).status == 204)
    }
    // Without revoke, whatever the reason: revoked all the same. With both spellings of one id.
    var other: [String] = []
    for (id, request) in [
      ("plain", ["credentialID": "plain"]), ("no", ["credentialID": "no", "revoke": false, "revocationReason": 7]),
      ("null", ["revoke": .null, "revocationReason": "x"]),
    ] as [(String, JSONValue)] {
      other.append(try await fixture.signing.createCredential(id).certificate.serialNumber)
      let body: JSONValue = ["credentialID": .string(id), "credentialDeletionRequest": request]
      #expect(try await call(fixture, body, token: try await token(fixture, id)).status == 204)
    }
    let entries = try await entries(fixture)
    #expect(entries.count == serials.count + other.count)
    for (reason, serial) in serials {
      let entry = try #require(entries[serial])
      if let text = printed[reason] {
        #expect(entry.contains("X509v3 CRL Reason Code") && entry.contains(text), "\(reason): \(entry)")
      } else {
        #expect(!entry.contains("Reason Code"), "\(reason): \(entry)")
      }
    }
    for serial in other { #expect(entries[serial]?.contains("Cessation Of Operation") == true) }
    let log = try await auditLog(fixture)
    for (reason, serial) in serials {
      let asked = #""asked":\#(reason.rawValue),"#
      #expect(
        log.contains {
          $0.contains(serial) && $0.contains(asked) && $0.contains(#""reason":\#(reason.lasting.rawValue)"#)
        })
    }
    for serial in other {
      #expect(log.contains { $0.contains(serial) && $0.contains(#""reason":5"#) && !$0.contains("asked") })
    }
    // The list remembers the reason when the store has lost the row.
    let lost = try #require(serials[.keyCompromise])
    let statement = "DELETE FROM revocation WHERE serial = '\(lost)'"
    #expect(try await run("/usr/bin/sqlite3", ["-cmd", ".timeout 10000", fixture.path, statement]).status == 0)
    await fixture.signing.issuance.publishRevocations()
    #expect(try await self.entries(fixture)[lost]?.contains("Key Compromise") == true)
  }

  @Test("an order to delete says nothing about other credentials, and dies with its own")
  func deletedMeanwhile() async throws {
    let fixture = try await GatewayFixture()
    _ = try await fixture.signing.createCredential("old")
    let (first, second) = (try await token(fixture, "old"), try await token(fixture, "old"))
    #expect(try await delete(fixture, ["credentialID": "old"], token: first).status == 204)
    #expect(
      try await delete(fixture, ["credentialID": "old"], token: second).row
        == "\(Self.request) Invalid parameter “credentialID”")
  }
}
