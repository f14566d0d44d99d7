import AuditLog
import Testing
import WireJSON

@Suite("Meaning of the audit log", .timeLimit(.minutes(1)))
struct LogMeaningTests {
  private static let issued = AuditEvent(.certificateIssued, [("credential", "c")])
  private static let deleted = AuditEvent(.credentialDeleted, [("credential", "c")])
  private static let revoked = AuditEvent(.authorizationRevoked, [("activation", "a")])

  private static func granted(_ name: String = "a", _ count: Int64 = 2, extends: String? = nil) -> AuditEvent {
    AuditEvent(
      extends == nil ? .authorizationGranted : .authorizationExtended,
      [("activation", .string(name)), ("credential", "c"), ("numSignatures", .integer(count)), ("expires", 300)]
        + (extends.map { [("extends", .string($0))] } ?? []))
  }

  private static func intended(
    _ operation: String = "o", _ count: Int = 1, under activation: String = "a", credential: JSONValue = "c"
  ) -> AuditEvent {
    AuditEvent(
      .signatureIntended,
      [
        ("operation", .string(operation)), ("credential", credential), ("activation", .string(activation)),
        ("digests", .array(Array(repeating: "00", count: count))),
      ])
  }

  private static func outcome(_ kind: AuditEvent.Kind, _ operation: String = "o", _ count: Int64 = 1) -> AuditEvent {
    AuditEvent(kind, [("operation", .string(operation)), ("count", .integer(count))])
  }

  private func finding(_ events: [AuditEvent]) -> LogMeaning.Finding? {
    var lane = Lane(id: 7, instance: "a")
    var meaning = LogMeaning()
    do throws(LogMeaning.Finding) {
      for event in events {
        try meaning.accept(lane.append(event, partner: [], at: 1000, salt: []), at: lane.count)
      }
      return nil
    } catch { return error }
  }

  @Test("a log that makes sense has no finding, whatever became of its calls")
  func whole() {
    let begin = [Self.issued, Self.granted(), Self.intended()]
    for outcome in [AuditEvent.Kind.signatureMade, .signatureUnknown] {
      #expect(finding(begin + [Self.outcome(outcome), Self.intended("p"), Self.outcome(.signatureMade, "p")]) == nil)
    }
    // Slots that were released are free again, also for an extension.
    let released = begin + [Self.outcome(.signatureReleased)]
    #expect(finding(released + [Self.intended("p", 2), Self.outcome(.signatureMade, "p", 2)]) == nil)
    #expect(finding(released + [Self.granted("b", 2, extends: "a"), Self.intended("p", 2, under: "b")]) == nil)
    #expect(finding(begin + [Self.outcome(.signatureResumed), Self.outcome(.signatureMade)]) == nil)
  }

  @Test("a signature without authorization, beyond it, or after its end is found")
  func unauthorized() {
    #expect(finding([Self.issued, Self.intended()]) == .unauthorized(position: 2))
    #expect(finding([Self.issued, Self.granted(), Self.revoked, Self.intended()]) == .unauthorized(position: 4))
    #expect(finding([Self.issued, Self.granted(), Self.intended("o", 3)]) == .exceeded(position: 3))
    let spent = [Self.issued, Self.granted(), Self.intended("o", 2), Self.outcome(.signatureUnknown)]
    #expect(finding(spent + [Self.intended("p")]) == .exceeded(position: 5))
    let extended = [Self.issued, Self.granted(), Self.granted("b", 2, extends: "a")]
    #expect(finding(extended + [Self.intended()]) == .unauthorized(position: 4))
    #expect(finding(Array(extended.prefix(2)) + [Self.granted("b", 3, extends: "a")]) == .exceeded(position: 3))
    #expect(finding([Self.issued, Self.granted("b", 1, extends: "a")]) == .unauthorized(position: 2))
  }

  @Test("a credential without certificate, of another authorization, or that was deleted is found")
  func uncertified() {
    #expect(finding([Self.granted(), Self.intended()]) == .uncertified(position: 2))
    #expect(finding([Self.issued, Self.granted(), Self.deleted, Self.intended()]) == .uncertified(position: 4))
    let other = AuditEvent(.certificateIssued, [("credential", "d")])
    #expect(
      finding([other, Self.granted(), Self.intended(credential: "d")]) == .unauthorized(position: 3))
  }

  @Test(
    "an outcome without intent, a second one, and another number of signatures are found",
    arguments: [AuditEvent.Kind.signatureMade, .signatureReleased, .signatureUnknown, .signatureResumed])
  func unintended(_ kind: AuditEvent.Kind) {
    let begin = [Self.issued, Self.granted(), Self.intended()]
    #expect(finding([Self.outcome(kind)]) == .unintended(position: 1))
    #expect(finding(begin + [Self.outcome(.signatureMade), Self.outcome(kind)]) == .unintended(position: 5))
    #expect(finding(begin + [Self.outcome(.signatureMade, "o", 2)]) == .unintended(position: 4))
    #expect(finding(begin + [Self.intended()]) == .unintended(position: 4))
  }

  @Test("authorizations that are long over are forgotten")
  func forgetting() {
    var lane = Lane(id: 7, instance: "a")
    var meaning = LogMeaning()
    #expect(throws: Never.self) {
      try meaning.accept(lane.append(Self.issued, partner: [], at: 1000, salt: []), at: 1)
      for number in 0..<4096 {
        try meaning.accept(lane.append(Self.granted("a\(number)"), partner: [], at: 4_000_000_000, salt: []), at: 2)
      }
    }
    #expect(throws: LogMeaning.Finding.unauthorized(position: 9)) {
      try meaning.accept(
        lane.append(Self.intended(under: "a5"), partner: [], at: 4_000_000_000, salt: []), at: 9)
    }
  }
}
