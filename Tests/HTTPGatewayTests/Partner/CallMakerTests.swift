import Enrolment
import Octets
import PartnerModel
import RecordedCalls
import Registry
import SQLiteStore
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import HTTPGateway

@Suite("Names and fingerprints of calls", .timeLimit(.minutes(2)))
struct CallMakerTests {
  private static let key = "0123456789abcdef"
  private static let body = #"{"kind":"person","locale":"de","contact":{"phone":"+4366012345678"}}"#

  private func caller(_ partner: String, _ client: String) -> PartnerCaller {
    PartnerCaller(partner: PartnerID(partner), client: ClientID(client), scopes: [])
  }

  @Test("what tells calls apart is in the name, each part for itself, and under the service's secret")
  func names() throws {
    let maker = CallMaker(secrets: EnrolmentSecrets(secret: [7]))
    let usual = try IdempotencyKey(fields: [Self.key])
    func name(
      _ partner: String = "p", _ client: String = "c", _ route: String = "signers", _ parameters: [String] = [],
      key: IdempotencyKey? = nil, by other: CallMaker? = nil
    ) -> [UInt8] {
      (other ?? maker).call(caller(partner, client), to: route, parameters, key: key ?? usual, JSONObject()).name.digest
    }
    let others = [
      name("q"), name("p", "d"), name("p", "c", "other"), name("p", "c", "signers", ["a"]),
      name("p", "c", "signers", ["a", "b"]), name("p", "c", "signers", ["ab"]), name("p", "c", "signersa"),
      name("pc", ""), name(key: try IdempotencyKey(fields: ["0123456789abcdeF"])),
      name(by: CallMaker(secrets: EnrolmentSecrets(secret: [8]))), name(),
    ]
    #expect(Set(others).count == others.count)
    #expect(name() == name())
  }

  @Test("the store has no digest of a body or a key that somebody without the secret could make")
  func keyed() async throws {
    let fixture = try await GatewayFixture()
    let desk = try await PartnerDesk(fixture)
    for key in [Self.key, Self.key + "2"] { #expect(try await desk.post("signers", Self.body, key: key).status == 201) }
    let store = SQLiteEnrolment(try #require(fixture.signing.store as? SQLiteFileStore))
    var found: [RecordedCall] = []
    for key in [Self.key, Self.key + "2"] {
      let call = try desk.call("signers", Self.body, key: key)
      let recorded = try await store.readEnrolment(reading: [.call(call.name)]) { try $0.call(call.name) }
      found.append(try #require(recorded))
      #expect(found.last?.call == call)
    }
    let text = try JSONValue.parse(Array(Self.body.utf8), limits: .own).canonical()
    let plain = [
      OctetDigest.sha256(text), OctetDigest.sha256(Self.body),
      OctetDigest.sha256("POST\0/partner/v1/signers\0\(Self.key)"),
    ]
    for digest in found.flatMap({ [$0.call.fingerprint, $0.call.name.digest] }) {
      #expect(digest.count == 32 && !plain.contains(digest))
    }
    // Equal bodies are not told by their fingerprints.
    #expect(found[0].call.fingerprint != found[1].call.fingerprint)
    #expect(found.allSatisfy { $0.signer != nil })
  }
}
