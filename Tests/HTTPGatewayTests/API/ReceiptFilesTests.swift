import AuditLog
import CSCModel
import Crypto
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Octets
import Registry
import SQLiteStore
import SoleControl
import TestSupport
import Testing
import TransparencyLog
import Vocabulary
import WireJSON

@testable import HTTPGateway

/// Receipts over HTTP: where answers say that they are, and who gets them.
@Suite("Receipts over HTTP", .timeLimit(.minutes(5)))
struct ReceiptFilesTests {
  private static let origin = "log.example/receipts"
  private static let base = "https://sign.example"

  /// A gateway whose log is put into its tree when the test says so.
  private struct Stand {
    var fixture: GatewayFixture
    let watch: SQLiteWatch
    let sequencer: Sequencer
    let policy: LogPolicy
    let credential: Credential

    static let secret = [UInt8](repeating: 7, count: 32)

    init(receipts: Bool = true) async throws {
      var fixture = try await GatewayFixture()
      let store = try #require(fixture.signing.store as? SQLiteFileStore)
      let secret = P256.Signing.PrivateKey()
      let key = try NoteKey(name: origin, kind: .ecdsaP256, publicKey: Array(secret.publicKey.derRepresentation))
      sequencer = try await Sequencer(
        SQLiteLog(store),
        Sequencer.Environment(
          origin: origin, key: key, sign: { Array(try secret.signature(for: $0).derRepresentation) },
          milliseconds: { 5 }))
      policy = try LogPolicy(origin: origin, logKeys: [key])
      watch = SQLiteWatch(store)
      let indexer = ReceiptIndexer(watch, isWanted: false)
      fixture.gateway.receipts = ReceiptFiles(
        try ReceiptMaker(
          SQLiteLog(store), watch, indexer, key: key,
          owner: (
            ReceiptOwner(secret: Self.secret),
            { [credentials = fixture.signing.service.credentials] in
              try? await credentials.unverifiedCertificate(of: CredentialID($0))
            }
          )), indexer, partners: fixture.partners, base: base)
      for partner in ["portal", "other"] { fixture.partners.change(PartnerID(partner)) { $0.receipts = receipts } }
      credential = try await fixture.signing.createCredential(multisign: 10)
      self.fixture = fixture
    }

    func sequence() async throws { while try await sequencer.step() > 0 {} }

    /// An answer with a signature.
    func signed(_ version: CSCVersion = .v1, token: String? = nil, hash: String = "AAAA") async throws
      -> (answer: GatewayFixture.Answer, body: String)
    {
      let token = token ?? fixture.alice
      let granted = try await fixture.call(
        "credentials/authorize",
        #"{"credentialID":"cred-1","numSignatures":1,"PIN":"\#(SigningFixture.pin)"}"#, token: token)
      let sad = try #require(granted["SAD"]?.string, "\(granted.row)")
      let hash = hash + String(repeating: "A", count: 39) + "="
      let (name, more) = version == .v1 ? ("hash", "") : ("hashes", #","hashAlgorithmOID":"2.16.840.1.101.3.4.2.1""#)
      let body =
        #"{"credentialID":"cred-1","SAD":"\#(sad)","\#(name)":["\#(hash)"],"signAlgo":"1.2.840.10045.4.3.2"\#(more)}"#
      return (try await fixture.call("signatures/signHash", body, version, token: token), body)
    }

    func get(
      _ path: String, token: String?, method: HTTPRequest.Method = .get
    ) async throws -> (status: Int, headers: HTTPFields, body: [UInt8]) {
      var headers: HTTPFields = [:]
      headers[.authorization] = token.map { "Bearer \($0)" }
      let sent = headers
      return try await fixture.application.test(.router) { client in
        let answer = try await client.execute(uri: path, method: method, headers: sent)
        return (answer.status.code, answer.headers, Array(answer.body.readableBytesView))
      }
    }
  }

  private func path(_ answer: GatewayFixture.Answer) throws -> String {
    let address = try #require(answer.headers[.receipt], "\(answer.row)")
    #expect(address.hasPrefix(Self.base + "/receipts/") && address.count == Self.base.count + 10 + 32)
    return String(address.dropFirst(Self.base.count))
  }

  @Test(
    "the address comes with the signature, the file once its entries are in the tree", arguments: CSCVersion.allCases)
  func whole(version: CSCVersion) async throws {
    let stand = try await Stand()
    let (answer, body) = try await stand.signed(version)
    #expect(answer.status == 200)
    let path = try path(answer)
    let early = try await stand.get(path, token: stand.fixture.alice)
    #expect(early.status == 503 && early.headers[.retryAfter] == "1")
    try await stand.sequence()
    for token in [stand.fixture.alice, stand.fixture.partner] {
      let file = try await stand.get(path, token: token)
      #expect(file.status == 200 && file.headers[.contentType] == "text/plain; charset=utf-8")
      #expect(file.headers[.cacheControl] == "no-store")
      #expect(file.headers[.contentDisposition] == "attachment; filename=\"\(path.suffix(32)).tlog-proof\"")
      let receipt = try Receipt.verify(file.body, policy: stand.policy)
      #expect(receipt.made.fields["operation"]?.string == String(path.suffix(32)))
      #expect(receipt.authorizations.count == 1)
      let status = try #require(receipt.intended.fields["status"]?.object)
      #expect(status["serialNumber"]?.string == stand.credential.certificate.serialNumber)
      #expect(status["notAfter"]?.integer == stand.credential.certificate.notAfter && status["enabled"] == true)
      #expect(status["checkedAt"]?.integer == stand.fixture.signing.clock.now)
    }
    // The same request again has the same signatures, and so the same receipt.
    let again = try await stand.fixture.call("signatures/signHash", body, version, token: stand.fixture.alice)
    #expect(again.status == 200 && again.headers[.receipt] == answer.headers[.receipt])
    // Entries that came later do not change what it proves.
    _ = try await stand.signed(version, hash: "BBBB")
    #expect(try await stand.get(path, token: stand.fixture.alice).status == 200)
    try await stand.sequence()
    let later = try Receipt.verify(try await stand.get(path, token: stand.fixture.alice).body, policy: stand.policy)
    #expect(later.made.fields["operation"]?.string == String(path.suffix(32)))
  }

  @Test("somebody else's receipt is answered octet for octet as one that there is not")
  func others() async throws {
    let stand = try await Stand()
    let path = try path(try await stand.signed().answer)
    let unknown = "/receipts/" + String(repeating: "0", count: 32)
    func same(_ one: String, _ other: String, _ token: String) async throws {
      let (one, other) = (try await stand.get(one, token: token), try await stand.get(other, token: token))
      #expect(one.status == 404 && one.status == other.status && one.body == other.body)
      func rest(_ headers: HTTPFields) -> [HTTPField] { headers.filter { $0.name != .requestID && $0.name != .date } }
      #expect(rest(one.headers) == rest(other.headers))
    }
    for token in [stand.fixture.bob, stand.fixture.otherPartner] {
      // Before and after it is in the tree.
      try await same(path, unknown, token)
    }
    try await stand.sequence()
    for token in [stand.fixture.bob, stand.fixture.otherPartner] { try await same(path, unknown, token) }
    for name in ["", "x", "..", String(repeating: "A", count: 32), String(path.suffix(32)) + "0", "%00"] {
      #expect(try await stand.get("/receipts/\(name)", token: stand.fixture.alice).status == 404, "\(name)")
    }
    let missing = try await stand.get(path, token: nil)
    #expect(missing.status == 400)
    #expect(try await stand.get(path, token: "unknown").status == 401)
    let wrong = try await stand.get(path, token: stand.fixture.alice, method: .post)
    #expect(wrong.status == 405 && wrong.headers[.allow] == "GET, HEAD, OPTIONS")
  }

  @Test("a partner that wants none gets no address and no file, from the moment on that it is registered so")
  func unwanted() async throws {
    let stand = try await Stand(receipts: false)
    let (answer, body) = try await stand.signed()
    #expect(answer.status == 200 && answer.headers[.receipt] == nil)
    try await stand.sequence()
    #expect(try await stand.watch.indexedPosition() == 0)
    stand.fixture.partners.change(PartnerID("portal")) { $0.receipts = true }
    let again = try await stand.fixture.call("signatures/signHash", body, token: stand.fixture.alice)
    let path = try path(again)
    #expect(try await stand.get(path, token: stand.fixture.alice).status == 200)
    stand.fixture.partners.change(PartnerID("portal")) { $0.receipts = false }
    #expect(try await stand.get(path, token: stand.fixture.alice).status == 404)
  }

  @Test("who signed is in it for the service alone, and proved; whoever changes it is found when it is opened")
  func owner() async throws {
    let stand = try await Stand()
    let path = try path(try await stand.signed().answer)
    try await stand.sequence()
    let file = try await stand.get(path, token: stand.fixture.alice).body
    let receipt = try Receipt.verify(file, policy: stand.policy)
    let owner = ReceiptOwner(secret: Stand.secret)
    #expect(try owner.certificate(in: receipt) == stand.credential.certificate.chain[0])
    #expect(throws: ReceiptFault.ownerSealed) {
      try ReceiptOwner(secret: [UInt8](repeating: 8, count: 32)).certificate(in: receipt)
    }
    let proof = try LogProof(file)
    let members = try #require(JSONValue.parse(proof.extra ?? [], limits: .own).object)
    #expect(members["owner"] != nil)
    func changed(_ value: JSONValue?) throws -> [UInt8] {
      var object = members
      object["owner"] = value
      return try LogProof(
        extra: JSONValue.object(object).canonical(), index: proof.index, hashes: proof.hashes,
        checkpoint: proof.checkpoint
      ).octets
    }
    let sealed = try #require(members["owner"]?.string.flatMap { Base64.decode($0) })
    for place in [0, sealed.count / 2, sealed.count - 1] {
      var octets = sealed
      octets[place] ^= 1
      let other = try Receipt.verify(try changed(.string(Base64.encode(octets))), policy: stand.policy)
      #expect(throws: ReceiptFault.ownerSealed) { try owner.certificate(in: other) }
    }
    let without = try Receipt.verify(try changed(nil), policy: stand.policy)
    #expect(throws: ReceiptFault.noOwner) { try owner.certificate(in: without) }
    for wrong: JSONValue in [
      "", "?", 7, .null, .string(Base64.encode(Array(repeating: 1, count: 16))),
      .string(Base64.encode(Array(repeating: 1, count: 65_537))),
    ] {
      #expect(throws: ReceiptFault.malformed) { try Receipt.verify(try changed(wrong), policy: stand.policy) }
    }
  }

  @Test("what was not signed has no receipt, and a gateway without receipts has none")
  func without() async throws {
    let stand = try await Stand()
    let refused = try await stand.fixture.call(
      "signatures/signHash",
      #"{"credentialID":"cred-1","SAD":"AAAA","hash":["AAAA"],"signAlgo":"1.2.840.10045.4.3.2"}"#,
      token: stand.fixture.alice)
    #expect(refused.status == 400 && refused.headers[.receipt] == nil)
    let fixture = try await GatewayFixture()
    try await fixture.application.test(.router) { client in
      let answer = try await client.execute(
        uri: "/receipts/" + String(repeating: "0", count: 32), method: .get,
        headers: [.authorization: "Bearer \(fixture.alice)"])
      #expect(answer.status == .notFound)
    }
  }

  @Test("the index is found again after a long log, reads it once, and what is edited in it makes no other receipt")
  func index() async throws {
    let stand = try await Stand()
    let path = try path(try await stand.signed().answer)
    let other = try self.path(try await stand.signed(hash: "BBBB").answer)
    let store = try #require(stand.fixture.signing.store as? SQLiteFileStore)
    try await store.write(reading: []) { for _ in 0..<3_000 { try $0.append(AuditEvent(.keyMade, [])) } }
    try await stand.sequence()
    #expect(try await stand.get(path, token: stand.fixture.alice).status == 200)
    let end = try await stand.watch.indexedPosition()
    #expect(end > 3_000)
    // Another process was faster.
    try await stand.watch.add([(.operation("x"), 1)], range: (5, 6))
    #expect(try await stand.watch.indexedPosition() == end)
    #expect(try await stand.watch.entries(named: .operation("x"), before: .max, limit: 9).isEmpty)
    // A name that leads to the entries of another call as well.
    let name = String(other.suffix(32))
    let made = try await stand.watch.entries(named: .operation(name), before: .max, limit: 9)
    #expect(made.count == 2)
    try await stand.watch.add(
      made.map { (.operation(String(path.suffix(32))), $0.position) }, range: (end, end))
    let receipt = try Receipt.verify(
      try await stand.get(path, token: stand.fixture.alice).body, policy: stand.policy)
    #expect(receipt.made.fields["operation"]?.string == String(path.suffix(32)))
  }
}
