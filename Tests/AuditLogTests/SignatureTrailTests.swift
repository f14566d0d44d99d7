import AuditLog
import Testing
import WireJSON

@Suite("Trail of a signature", .timeLimit(.minutes(2)))
struct SignatureTrailTests {
  /// Two SADs, the second of which took the place of the first, that began with a confirmation; and a stranger's.
  private static let events: [AuditEvent] = [
    AuditEvent(.authorizationPending, [("pending", "p1")]),
    AuditEvent(.authorizationPending, [("pending", "p2")]),
    AuditEvent(.authorizationConfirmed, [("pending", "p1")]),
    AuditEvent(.authorizationGranted, [("pending", "p1"), ("activation", "a1"), ("evidence", [["factor": "PAGE"]])]),
    AuditEvent(.authorizationGranted, [("activation", "x"), ("evidence", [])]),
    AuditEvent(.authorizationExtended, [("activation", "a2"), ("extends", "a1")]),
    AuditEvent(.signatureIntended, [("operation", "o0"), ("activation", "x"), ("digests", ["cc"])]),
    AuditEvent(
      .signatureIntended,
      [
        ("operation", "o1"), ("activation", "a2"), ("digests", ["aa"]), ("authorized", ["bb"]), ("response", "r1"),
      ]),
    AuditEvent(.signatureMade, [("operation", "o0")]),
    AuditEvent(.signatureResumed, [("operation", "o1")]),
    AuditEvent(.signatureMade, [("operation", "o1"), ("count", 1)]),
    AuditEvent(.authorizationRevoked, [("activation", "a2")]),
  ]

  private func trail(_ id: String) -> SignatureTrail {
    var trail = SignatureTrail([id])
    repeat {
      trail.beginReading()
      var lane = Lane(id: 1, instance: "test")
      for event in Self.events {
        trail.accept(lane.append(event, partner: [], at: 1_800_000_000_000, salt: []), at: lane.count)
      }
    } while trail.needsAnotherReading
    return trail
  }

  @Test(
    "an operation is found by its id, its response, its SAD and its digests", arguments: ["o1", "r1", "a2", "aa", "bb"])
  func found(id: String) {
    let trail = trail(id)
    #expect(trail.operations == ["o1"])
    #expect(trail.details["o1"]?.outcomes.map { $0["kind"]?.string } == ["signature.resumed", "signature.made"])
    #expect(Set(trail.authorizations.keys) == ["a1", "a2"])
    #expect(trail.authorizations["a2"]?.extends == "a1" && trail.authorizations["a2"]?.entries.count == 2)
    #expect(trail.authorizations["a1"]?.origin?["evidence"] == [["factor": "PAGE"]])
    #expect(trail.pending.keys.sorted() == ["p1"] && trail.pending["p1"]?.count == 2)
  }

  @Test("what is not in the log is not found", arguments: ["", "dd", "a1", "p1", "signature.made"])
  func unknown(id: String) {
    let trail = trail(id)
    #expect(trail.operations.isEmpty && trail.authorizations.isEmpty)
  }
}
