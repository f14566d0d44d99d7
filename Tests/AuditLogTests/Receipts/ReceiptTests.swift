import AuditLog
import Crypto
import Octets
import Testing
import TransparencyLog
import WireJSON

@Suite("Receipts of signatures", .timeLimit(.minutes(5)))
struct ReceiptTests {
  private let log: SignatureLog

  init() throws { log = try SignatureLog() }

  private func filler(_ count: Int) -> [AuditEvent] { (0..<count).map { _ in AuditEvent(.keyMade, []) } }

  @Test("a receipt from the log has all that belongs to the signature, and proves it without the log")
  func wholeLog() async throws {
    log.append(filler(300))
    log.append([SignatureLog.issued, SignatureLog.granted("a0", number: 2)])
    log.append(filler(256), lane: 9)
    log.append([
      SignatureLog.granted("other"), SignatureLog.extended("a1", from: "a0"), SignatureLog.intended(),
      AuditEvent(.signatureResumed, [("operation", "o1")]), SignatureLog.made(),
    ])
    log.append(filler(70), lane: 9)
    try await log.sequence()
    for id in ["o1", SignatureLog.digest, "a1"] {
      let verified = try log.verify(log.receipt([id]))
      #expect(verified.made.index == 562 && verified.checkpoint.checkpoint.head.size == 633)
      #expect(verified.authorizations.map(\.index) == [559, 301] && verified.intended.index == 560)
      #expect(verified.certificate?.fields["serialNumber"] == "4711" && verified.others.map(\.index) == [561])
      #expect(verified.made.header.partner == SignatureLog.partner)
    }
  }

  @Test("an authorization that waited for its customer is in the receipt with the customer's word")
  func pending() async throws {
    func waited(_ kind: AuditEvent.Kind) -> AuditEvent { AuditEvent(kind, [("pending", "w1")]) }
    log.append([
      SignatureLog.issued, waited(.authorizationPending), waited(.authorizationConfirmed),
      SignatureLog.granted(pending: "w1"),
      SignatureLog.intended(), SignatureLog.made(),
    ])
    try await log.sequence()
    let verified = try log.verify(log.receipt())
    #expect(verified.others.map(\.header.kind) == ["authorization.pending", "authorization.confirmed"])
  }

  @Test("no receipt is made for what is not found, was not signed, is meant twice, or is not in the tree")
  func refused() async throws {
    #expect(throws: ReceiptFault.notFound) { try log.receipt() }
    log.append([SignatureLog.issued, SignatureLog.granted(), SignatureLog.intended()])
    try await log.sequence()
    #expect(throws: ReceiptFault.noSignature(operation: "o1")) { try log.receipt() }
    log.append([SignatureLog.made()])
    #expect(throws: ReceiptFault.notInTree(position: 4, size: 3)) { try log.receipt() }
    log.append([SignatureLog.granted("a2"), SignatureLog.intended("o2", "a2"), SignatureLog.made("o2")])
    try await log.sequence()
    #expect(throws: ReceiptFault.ambiguous(operations: ["o1", "o2"])) { try log.receipt([SignatureLog.digest]) }
    #expect(try log.verify(log.receipt(["o2"])).made.index == 6)
  }

  @Test("no receipt is made from a log that is not whole, or of another key")
  func damaged() async throws {
    log.append(SignatureLog.signature + filler(3))
    try await log.sequence()
    #expect(throws: LogVerifier.Finding.self) {
      let search = try ReceiptSearch(["o1"], key: log.otherKey())
      while try !search.finish(try log.read(search.readers())) {}
    }
    log.log.edit { $0.entries.remove(at: 5) }
    #expect(throws: LogVerifier.Finding.self) { try log.receipt() }
  }

  @Test("a receipt with any octet changed is refused, and so is each beginning of it")
  func octets() async throws {
    log.append(filler(3) + SignatureLog.signature + filler(2))
    try await log.sequence()
    let receipt = try log.receipt()
    _ = try log.verify(receipt)
    var refused = 0
    for place in receipt.indices {
      for bits: UInt8 in [0x20, 1 << UInt8(place % 8)] {
        var changed = receipt
        changed[place] ^= bits
        if (try? log.verify(changed)) == nil { refused += 1 } else { Issue.record("octet \(place) ^ \(bits)") }
      }
    }
    #expect(refused == 2 * receipt.count)
    for count in receipt.indices { #expect(throws: ReceiptFault.self) { try log.verify(Array(receipt[..<count])) } }
    #expect(throws: ReceiptFault.proof(.malformed)) { try log.verify(receipt + [10]) }
    #expect(throws: ReceiptFault.proof(.malformed)) {
      try log.verify(receipt + [UInt8](repeating: 10, count: LogProof.longest))
    }
  }

  /// Each octet of an entry's parts and of the proofs, behind the encodings.
  @Test("a receipt with any octet of a header, salt, payload or hash changed is refused")
  func parts() async throws {
    log.append(filler(3) + SignatureLog.signature)
    try await log.sequence()
    let proof = try LogProof(log.receipt())
    let text = try #require(proof.extra)
    let extra = try #require(try JSONValue.parse(text, limits: .own).object)
    func check(_ change: (inout JSONObject) -> Void) throws {
      var changed = extra
      change(&changed)
      #expect(changed != extra)
      let file = try LogProof(
        extra: JSONValue.object(changed).canonical(), index: proof.index, hashes: proof.hashes,
        checkpoint: proof.checkpoint
      ).octets
      #expect(throws: ReceiptFault.self) { try log.verify(file) }
    }
    let list = try #require(extra["related"]?.array)
    let related = list.compactMap(\.object)
    for place in related.indices {
      for name in ["header", "salt"] {
        let text = try #require(related[place][name]?.string)
        let octets = try #require(Base64.decode(text))
        for octet in octets.indices {
          try check {
            var changed = octets
            changed[octet] ^= 1
            var parts = related
            parts[place][name] = .string(Base64.encode(changed))
            $0["related"] = .array(parts.map(JSONValue.object))
          }
        }
      }
      for index: Int64 in 0..<9 where related[place]["index"] != .integer(index) {
        try check {
          var parts = related
          parts[place]["index"] = .integer(index)
          parts.sort { ($0["index"]?.integer ?? 0) < ($1["index"]?.integer ?? 0) }
          $0["related"] = .array(parts.map(JSONValue.object))
        }
      }
    }
    try check { $0["format"] = "countersign-receipt@v2" }
    try check { $0["more"] = 1 }
    try check { $0["related"] = .array(related.dropFirst(2).map(JSONValue.object)) }
    try check { $0["related"] = .array((related + related).map(JSONValue.object)) }
    for index: UInt64 in 0..<9 where index != proof.index {
      let file = try LogProof(
        extra: proof.extra, index: index, hashes: proof.hashes, checkpoint: proof.checkpoint
      ).octets
      #expect(throws: ReceiptFault.self) { try log.verify(file) }
    }
  }

  @Test("the log's key alone counts, each witness that is named must have signed, and signatures come first")
  func keys() async throws {
    log.append(SignatureLog.signature)
    try await log.sequence()
    let receipt = try log.receipt()
    let other = try LogPolicy(origin: log.key.name, logKeys: [log.otherKey()])
    #expect(throws: ReceiptFault.proof(.unsigned)) { try Receipt.verify(receipt, policy: other) }
    let secret = Curve25519.Signing.PrivateKey()
    let witness = try NoteKey(
      name: "witness.example", kind: .cosignature, publicKey: Array(secret.publicKey.rawRepresentation))
    #expect(throws: ReceiptFault.proof(.tooFewCosignatures(have: 0, need: 1))) {
      try Receipt.verify(receipt, policy: log.policy([witness]))
    }
    let proof = try LogProof(receipt)
    let note = try SignedNote(proof.checkpoint)
    let message = try #require(Cosignature.message(text: note.text, time: 1_800_000_100))
    let signature = Array(try secret.signature(for: message))
    let cosignature = try #require(Cosignature(time: 1_800_000_100, signature: signature))
    let witnessed = try LogProof(
      extra: proof.extra, index: proof.index, hashes: proof.hashes,
      checkpoint: note.adding([NoteSignature(by: witness, cosignature.octets)]).octets
    ).octets
    let verified = try Receipt.verify(witnessed, policy: log.policy([witness]))
    #expect(verified.checkpoint.cosignatures.map(\.time) == [1_800_000_100])
    // Rubbish that no one signed is not read.
    let rubbish = try LogProof(extra: [1], index: 0, hashes: [], checkpoint: proof.checkpoint).octets
    #expect(throws: ReceiptFault.proof(.unsigned)) { try Receipt.verify(rubbish, policy: other) }
    #expect(throws: ReceiptFault.malformed) { try log.verify(rubbish) }
  }

  /// Entries that are all in the log, and that are no history of one signature.
  @Test("entries that contradict each other, are missing or do not belong are refused")
  func meaning() async throws {
    typealias Log = SignatureLog
    func fault(_ events: [AuditEvent], made: Int, partners: [Int: [UInt8]] = [:]) async throws -> ReceiptFault? {
      let log = try SignatureLog()
      let receipt = try await log.receipt(of: events, made: made, partners: partners)
      return #expect(throws: ReceiptFault.self) { try log.verify(receipt) }
    }
    let whole = [Log.granted(), Log.intended(), Log.made()]
    #expect(try log.verify(await log.receipt(of: whole, made: 2)).made.index == 2)
    #expect(try await fault(whole, made: 1) == .notMade(kind: "signature.intended"))
    #expect(try await fault([Log.granted(), Log.made()], made: 1) == .missing("signature.intended"))
    #expect(
      try await fault([Log.granted(), Log.intended("o2"), Log.made()], made: 2) == .missing("signature.intended"))
    #expect(
      try await fault([Log.intended(), Log.made()], made: 1) == .missing("authorization.granted of SAD a1"))
    #expect(
      try await fault([Log.extended("a1", from: "a0"), Log.intended(), Log.made()], made: 2)
        == .missing("authorization.granted of SAD a0"))
    for event in [Log.granted("a2"), Log.made("o2"), AuditEvent(.authorizationPending, [("pending", "w")])] {
      #expect(
        try await fault([event] + whole, made: 3) == .unrelated(index: 0, kind: event.kind.rawValue))
    }
    #expect(
      try await fault([Log.granted(credential: "c2"), Log.intended(), Log.made()], made: 2)
        == .contradiction(index: 0, "another credential"))
    #expect(
      try await fault(whole, made: 2, partners: [0: [UInt8](repeating: 8, count: 32)])
        == .contradiction(index: 0, "another partner"))
    #expect(
      try await fault([Log.intended(), Log.granted(), Log.made()], made: 2) == .contradiction(index: 1, "it came later")
    )
    #expect(
      try await fault([Log.granted(digests: ["aa"]), Log.intended(), Log.made()], made: 2)
        == .contradiction(index: 1, "a digest that was not authorized"))
    #expect(
      try await fault([Log.granted(), Log.intended(), Log.made(count: 2)], made: 2)
        == .contradiction(index: 2, "another number of signatures"))
    let two: JSONValue = ["aa", "bb"]
    #expect(
      try await fault([Log.granted(digests: two), Log.intended(digests: two), Log.made(count: 2)], made: 2)
        == .contradiction(index: 1, "more signatures than were authorized"))
    #expect(
      try await fault(whole + [Log.issued], made: 2) == .contradiction(index: 3, "it came later"))
  }

  @Test("the certificate that was looked at before the signature was good, and is the credential's")
  func status() async throws {
    typealias Log = SignatureLog
    func status(_ serial: String = "4711", enabled: JSONValue = true, checkedAt: Int64 = 5) -> JSONValue {
      ["serialNumber": .string(serial), "enabled": enabled, "notAfter": 5, "checkedAt": .integer(checkedAt)]
    }
    func fault(_ status: JSONValue) async throws -> ReceiptFault? {
      let events = [Log.issued, Log.granted(), Log.intended(status: status), Log.made()]
      let log = try SignatureLog()
      let octets = try await log.receipt(of: events, made: 3)
      do { _ = try log.verify(octets) } catch let error as ReceiptFault { return error }
      return nil
    }
    #expect(try await fault(status()) == nil)
    let bad = ReceiptFault.contradiction(index: 2, "a certificate that was not good")
    for wrong in [status(checkedAt: 6), status(enabled: false), status(enabled: 1), [:], ["enabled": true]] {
      #expect(try await fault(wrong) == bad, "\(wrong)")
    }
    #expect(try await fault(status("4712")) == .contradiction(index: 0, "another certificate"))
  }
}
