import AuditLog
import Testing
import WireJSON

@Suite("Audit chain", .timeLimit(.minutes(2)))
struct AuditChainTests {
  private func log(_ count: Int) -> (entries: [AuditEntry], head: AuditHead) {
    var head = AuditHead.empty
    let entries = (0..<count).map { head.append(AuditEvent(.keyMade, [("n", .integer(Int64($0)))]), at: 100) }
    return (entries, head)
  }

  private func verify(_ entries: [AuditEntry], _ head: AuditHead) throws(AuditVerifier.Finding) {
    var verifier = AuditVerifier()
    for entry in entries { try verifier.accept(entry) }
    try verifier.finish(head)
  }

  @Test("an untouched log verifies; an empty one too")
  func whole() throws {
    let (entries, head) = log(20)
    try verify(entries, head)
    try verify([], .empty)
    #expect(entries.map(\.sequence) == Array(1...20))
  }

  @Test("U+0000, which no JSON reader takes, does not get into an entry, wherever it stands")
  func nullCharacters() throws {
    var head = AuditHead.empty
    let entries = [
      head.append(AuditEvent(.integrityViolated, [("credential", "a\0b"), ("c\0", [["d": "\0"]])]), at: 100),
      head.append(AuditEvent(.keyMade, [("n", "a\\u0000b")]), at: 100),
    ]
    try verify(entries, head)
    let first = try #require(JSONValue.parse(entries[0].body, limits: .own).object)
    #expect(first["credential"] == "a\u{FFFD}b" && first["c\u{FFFD}"] == [["d": "\u{FFFD}"]])
    #expect(try JSONValue.parse(entries[1].body, limits: .own).object?["n"] == "a\\u0000b")
  }

  @Test("any single changed octet of any entry is found, and that entry is named")
  func changes() {
    let (entries, head) = log(5)
    for index in entries.indices {
      for position in entries[index].body.indices {
        var body = entries[index].body
        body[position] ^= 1
        var damaged = entries
        damaged[index] = AuditEntry(sequence: Int64(index + 1), body: body, hash: entries[index].hash)
        #expect(throws: AuditVerifier.Finding.changed(sequence: Int64(index + 1))) { try verify(damaged, head) }
      }
    }
  }

  @Test("an entry that was rewritten with a fitting hash breaks the chain behind it")
  func rewritten() {
    let (entries, head) = log(5)
    var other = AuditHead(count: 2, hash: entries[1].hash)
    var damaged = entries
    damaged[2] = other.append(AuditEvent(.keyMade, [("n", 99)]), at: 100)
    #expect(throws: AuditVerifier.Finding.missingOrReordered(sequence: 4)) { try verify(damaged, head) }
  }

  @Test("removed, doubled and swapped entries, and a cut end, are found")
  func structure() {
    let (entries, head) = log(6)
    #expect(throws: AuditVerifier.Finding.missingOrReordered(sequence: 3)) {
      try verify(Array(entries[..<2] + entries[3...]), head)
    }
    #expect(throws: AuditVerifier.Finding.missingOrReordered(sequence: 3)) {
      try verify(Array(entries[..<2] + [entries[1]] + entries[2...]), head)
    }
    var swapped = entries
    swapped.swapAt(1, 2)
    #expect(throws: AuditVerifier.Finding.missingOrReordered(sequence: 2)) { try verify(swapped, head) }
    #expect(throws: AuditVerifier.Finding.headDiffers(expected: 6, found: 5)) { try verify(entries.dropLast(), head) }
  }
}
