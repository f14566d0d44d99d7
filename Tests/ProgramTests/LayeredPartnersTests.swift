import Contracts
import Foundation
import Registry
import Synchronization
import TestSupport
import Testing
import Vocabulary
import WireJSON

@testable import Assembly

@Suite("Partners of the configuration and of the store", .timeLimit(.minutes(1)))
struct LayeredPartnersTests {
  private static let bank = PartnerID("bank")
  private static let app = ClientID("bank-app")

  private let store = MemoryStore()
  private let secrets = ContractSecrets(secret: [1, 2, 3])
  private let anna, bert: TestOperator
  private let service: ContractService
  private let folder: URL

  init() throws {
    anna = try TestOperator("anna")
    bert = try TestOperator("bert")
    folder = try temporaryFolder()
    let clock = TestClock()
    service = ContractService(store: store, rules: .init(service: "test"), now: { clock.now })
  }

  /// A clock that tests set forward.
  private final class Watch: Sendable {
    private let time = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 += duration } }
  }

  private func file(_ name: String, _ content: String, _ mode: Int = 0o600) throws -> String {
    let path = folder.appendingPathComponent(name).path
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  private func record(_ draft: ContractTerms.Draft, _ name: String) throws -> ContractRecord {
    ContractRecord(
      draft.members,
      sealed: try draft.secret.map { try secrets.seal($0, of: name, salt: [UInt8](repeating: 7, count: 16)) })
  }

  private func partner(_ members: String = "") throws -> ContractRecord {
    let path = try file("bank.json", #"{"id":"bank","name":"Bank"\#(members)}"#)
    return try record(ContractTerms.partnerDraft(path), ContractTerms.name(Self.bank))
  }

  private func client(_ members: String = "") throws -> ContractRecord {
    let secret = try file("secret", "a secret of a client\n")
    let path = try file(
      "client.json",
      #"""
      {"id":"bank-app","name":"App","authentication":["client_secret_basic"],"grants":["client_credentials"],
      "secretFile":"\#(secret)"\#(members)}
      """#)
    return try record(ContractTerms.clientDraft(path), ContractTerms.name(Self.app))
  }

  private func founded() async throws {
    try await service.found([(anna.id, anna.key), (bert.id, bert.key)])
  }

  @Test("a partner that another process registers is there at the next look, with its client and its secret")
  func follows() async throws {
    try await founded()
    let partners = LayeredPartners([Partner(id: PartnerID("filed"), name: "Filed")], service, secrets)
    try await partners.begin()
    partners.follow()
    #expect(try await partners.partner(Self.bank) == nil)
    #expect(try await partners.partner(PartnerID("filed"))?.name == "Filed")
    try await anna.does(.addPartner(Self.bank, try partner()), at: service)
    try await anna.does(.addClient(Self.app, of: Self.bank, try client()), at: service)
    try await partners.look()
    #expect(try await partners.partner(Self.bank)?.isSuspended == false)
    let found = try #require(try await partners.client(Self.app))
    #expect(found.partner == Self.bank && found.secret == Secret("a secret of a client"))
    let revision = try #require(try await partners.partner(Self.bank)?.revision)
    try await anna.does(.suspendPartner(Self.bank, reason: "unpaid"), at: service)
    try await partners.look()
    let suspended = try #require(try await partners.partner(Self.bank))
    #expect(suspended.isSuspended && suspended.revision > revision)
    try await anna.does(.removeClient(Self.app, of: Self.bank), at: service)
    try await partners.look()
    #expect(try await partners.client(Self.app) == nil)
  }

  @Test(
    "a partner that cannot be read counts as suspended, and so does one of the configuration that the store has too")
  func unknown() async throws {
    try await founded()
    let filed = Partner(id: PartnerID("filed"), name: "Filed")
    let partners = LayeredPartners([filed], service, secrets)
    try await partners.begin()
    let bad = ContractRecord(JSONObject([("id", "bank"), ("name", "Bank"), ("later", true)]), sealed: nil)
    try await anna.does(.addPartner(Self.bank, bad), at: service)
    try await anna.does(.addClient(Self.app, of: Self.bank, try client()), at: service)
    try await anna.does(.addPartner(filed.id, try partner()), at: service)
    try await partners.look()
    #expect(try await partners.partner(Self.bank)?.isSuspended == true)
    #expect(try await partners.client(Self.app)?.partner == Self.bank)
    #expect(try await partners.partner(filed.id)?.isSuspended == true)
  }

  @Test("a partner that is taken out of the configuration counts as suspended, until it is there again")
  func takenOut() async throws {
    try await founded()
    let filed = Partner(id: PartnerID("filed"), name: "Filed")
    let partners = LayeredPartners([filed], service, secrets)
    try await partners.begin()
    #expect(try partners.replaceFile(with: []) == [filed.id])
    #expect(try await partners.partner(filed.id)?.isSuspended == true)
    #expect(try await partners.partner(PartnerID("none")) == nil)
    _ = try partners.replaceFile(with: [filed])
    #expect(try await partners.partner(filed.id)?.isSuspended == false)
  }

  @Test("a partner that moves from the configuration to the store has a greater revision")
  func moves() async throws {
    try await founded()
    let partners = LayeredPartners([Partner(id: Self.bank, name: "Bank")], service, secrets)
    try await partners.begin()
    for name in ["B", "C"] { _ = try partners.replaceFile(with: [Partner(id: Self.bank, name: name)]) }
    let before = try #require(try await partners.partner(Self.bank)).revision
    _ = try partners.replaceFile(with: [])
    try await anna.does(.addPartner(Self.bank, try partner()), at: service)
    try await partners.look()
    let after = try #require(try await partners.partner(Self.bank)).revision
    #expect(after > before)
  }

  @Test("private keys and files without end stay out of the store")
  func privateKeys() throws {
    func refusal(_ member: String, _ content: String) throws -> String {
      let path = try file("other", content)
      do {
        _ = try client(#","\#(member)":"\#(path)""#)
        return "taken"
      } catch { return "\(error)" }
    }
    let key = #"{"keys":[{"kty":"EC","crv":"P-256","x":"","y":"","d":"AA"}]}"#
    #expect(try refusal("keysFile", key).contains("private key"))
    #expect(try refusal("keysFile", #"{"keys":[{"kty":"oct","k":"AA"}]}"#).contains("private key"))
    #expect(try refusal("keysFile", #"{"keys":[]}"#) == "taken")
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    #expect(try refusal("certificate", pem + "-----BEGIN PRIVATE KEY-----\n").contains("private key"))
    #expect(try refusal("certificate", pem) == "taken")
    #expect(try refusal("certificate", pem + String(repeating: " ", count: 70_000)).contains("octets"))
  }

  @Test("a gateway that cannot look for five seconds answers for the configuration's partners alone")
  func away() async throws {
    try await founded()
    try await anna.does(.addPartner(Self.bank, try partner()), at: service)
    let watch = Watch()
    let partners = LayeredPartners(
      [Partner(id: PartnerID("filed"), name: "Filed")], service, secrets, now: { watch.now })
    try await partners.begin()
    partners.follow()
    watch.advance(.seconds(5))
    #expect(try await partners.partner(Self.bank) != nil)
    watch.advance(.milliseconds(1))
    await #expect(throws: DirectoryUnavailable.self) { try await partners.partner(Self.bank) }
    await #expect(throws: DirectoryUnavailable.self) { try await partners.client(Self.app) }
    #expect(try await partners.partner(PartnerID("filed")) != nil)
    try await partners.look()
    #expect(try await partners.partner(Self.bank) != nil)
  }

  @Test("an id that configuration and store both have refuses the start, and a configuration that is read again")
  func twins() async throws {
    try await founded()
    try await anna.does(.addPartner(Self.bank, try partner()), at: service)
    try await anna.does(.addClient(Self.app, of: Self.bank, try client()), at: service)
    var other = Partner(id: PartnerID("other"), name: "Other")
    other.clients = [try ContractTerms.client(try await service.contracts().clients[0], secrets)]
    for twin in [Partner(id: Self.bank, name: "Bank"), other] {
      await #expect(throws: ConfigError.self) { try await LayeredPartners([twin], service, secrets).begin() }
      let partners = LayeredPartners([], service, secrets)
      try await partners.begin()
      #expect(throws: ConfigError.self) { try partners.replaceFile(with: [twin]) }
      #expect(try partners.replaceFile(with: [Partner(id: PartnerID("third"), name: "T")]).map(\.rawValue) == ["third"])
    }
  }

  @Test("a command, which follows nothing, reads the store when it needs it")
  func command() async throws {
    try await founded()
    try await anna.does(.addPartner(Self.bank, try partner()), at: service)
    #expect(try await LayeredPartners([], service, secrets).partner(Self.bank)?.name == "Bank")
  }

  @Test("contents stand in the place of files; what would be a path is refused, and so is a record that does not fit")
  func records() throws {
    let logo = try file("logo.svg", #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>"#)
    let hook = try file("hook", "0123456789abcdef\n")
    let whole = try partner(
      #","logo":"\#(logo)","webhooks":{"secretFile":"\#(hook)","messenger":"https://sms.example/send"}"#)
    let read = try ContractTerms.partner(
      StoredPartner(id: Self.bank, revision: 1, isSuspended: false, record: whole), secrets)
    #expect(read.brand.logo?.isEmpty == false && read.webhooks?.secret == Secret("0123456789abcdef"))
    #expect(!String(decoding: whole.text, as: UTF8.self).contains("0123456789abcdef"))
    func refusal(_ record: ContractRecord, id: PartnerID = Self.bank) -> String {
      do {
        _ = try ContractTerms.partner(
          StoredPartner(id: id, revision: 1, isSuspended: false, record: record), secrets)
        return "taken"
      } catch { return "\(error)" }
    }
    #expect(
      refusal(try partner(#","webhooks":{"secretFile":"\#(hook)","trustAnchors":"\#(hook)"}"#)).contains("trustAnchors")
    )
    #expect(refusal(try partner(#","nme":"x""#)).contains("nme"))
    #expect(refusal(try partner(), id: PartnerID("other")) != "taken")
    #expect(throws: ConfigError.self) { try partner(#","clients":[]"#) }
    // A secret that was sealed for somebody else.
    let moved = ContractRecord(
      whole.members,
      sealed: try secrets.seal("0123456789abcdef", of: "partner other", salt: [UInt8](repeating: 7, count: 16)))
    #expect(refusal(moved) != "taken")
    // Clients stand in no partner's record: there they would come past the second person.
    var members = whole.members
    members["clients"] = []
    #expect(refusal(ContractRecord(members, sealed: whole.sealed)).contains("clients"))
  }
}
