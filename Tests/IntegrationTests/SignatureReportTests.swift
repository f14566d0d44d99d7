import AuditLog
import Testing
import WireJSON

@testable import OperatorCommands

@Suite("Report on a signature", .timeLimit(.minutes(15)))
struct SignatureReportTests {
  private static let evidence: JSONValue = [
    ["factor": "EID", "id": "e1", "issued": 1_800_000_000, "claims": ["birthdate": "aa", "name": "bb"]]
  ]

  private func report(_ events: [AuditEvent], finding: String? = nil) -> SignatureReport {
    var trail = SignatureTrail(["o1"])
    repeat {
      trail.beginReading()
      var lane = Lane(id: 1, instance: "test")
      for event in events {
        trail.accept(lane.append(event, partner: [], at: 1_800_000_000_000, salt: []), at: lane.count)
      }
    } while trail.needsAnotherReading
    return SignatureReport(trail: trail, entries: Int64(events.count), finding: finding)
  }

  private static let granted = AuditEvent(
    .authorizationGranted, [("activation", "a1"), ("evidence", evidence), ("client", ""), ("expires", 1_800_000_300)])
  private static let intended = AuditEvent(
    .signatureIntended, [("operation", "o1"), ("activation", "a1"), ("digests", ["dd"])])
  private static let binding = JSONValue.object(JSONObject([("evidence", evidence), ("expires", 1_800_000_300)]))

  @Test("what a check learnt is shown, times as times and claims by their names")
  func factors() {
    var report = report([Self.granted, Self.intended])
    report.bindings["a1"] = Self.binding.canonical()
    let text = report.text(searched: "o1")
    #expect(text.contains("issued          2027-01-15T08:00:00Z"), "\(text)")
    #expect(text.contains("birthdate aa, name bb") && !text.contains("(entry )"), "\(text)")
    #expect(text.contains("intended        2027-01-15T08:00:00Z (entry 2)"), "\(text)")
    #expect(report.isGood)
  }

  @Test("what was authorized along with a digest is shown, and must be the ledger's")
  func terms() {
    let terms: JSONValue = [["digest": "d1d1", "inDigest": false], ["digest": "", "inDigest": false], .null]
    let granted = AuditEvent(
      .authorizationGranted,
      [
        ("activation", "a1"), ("evidence", Self.evidence), ("client", ""), ("digests", ["aa", "bb", "cc"]),
        ("expires", 1_800_000_300), ("terms", terms),
      ])
    var report = report([granted, Self.intended])
    func binding(_ terms: JSONValue) -> [UInt8] {
      JSONValue.object(
        JSONObject([
          ("evidence", Self.evidence), ("digests", ["aa", "bb", "cc"]), ("expires", 1_800_000_300), ("terms", terms),
        ])
      ).canonical()
    }
    report.bindings["a1"] = binding(terms)
    let text = report.text(searched: "o1")
    #expect(text.contains("terms 1         d1d1"), "\(text)")
    #expect(!text.contains("terms 2 ") && !text.contains("terms 3 ") && report.isGood)
    report.bindings["a1"] = binding([.null, .null, .null])
    #expect(!report.isGood && report.text(searched: "o1").contains("differs"))
  }

  @Test("an outcome is the last one that the log has", arguments: ["made", "released", "unknown"])
  func outcome(name: String) throws {
    let kind = try #require(AuditEvent.Kind(rawValue: "signature.\(name)"))
    let report = report([
      Self.granted, Self.intended, AuditEvent(.signatureResumed, [("operation", "o1")]),
      AuditEvent(kind, [("operation", "o1")]),
    ])
    #expect(report.json.object?["signatures"]?.array?.first?.object?["outcome"]?.string == name)
  }

  @Test("a ledger that says another thing, or nothing, and a damaged log are not good")
  func bad() {
    let events = [Self.granted, Self.intended]
    var differs = report(events)
    differs.bindings["a1"] = JSONValue.object(JSONObject([("evidence", []), ("expires", 1_800_000_300)])).canonical()
    #expect(!differs.isGood && differs.text(searched: "o1").contains("differs"))
    #expect(!report(events).isGood && report(events).text(searched: "o1").contains("not in the ledger"))
    var damaged = report(events, finding: "entry 1 was changed")
    damaged.bindings["a1"] = Self.binding.canonical()
    #expect(!damaged.isGood && damaged.text(searched: "o1").contains("NOT whole"))
    #expect(!report([]).isGood)
  }
}
