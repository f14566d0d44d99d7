import AuditLog
import Testing
import WireJSON

@Suite("Lanes of the audit log", .timeLimit(.minutes(2)))
struct LaneTests {
  /// Entries of two lanes, in turn.
  private func log(_ count: Int) -> (entries: [AuditEntry], lanes: [Lane]) {
    var lanes = [Lane(id: 7, instance: "a"), Lane(id: 9, instance: "b")]
    let entries = (0..<count).map { number in
      lanes[number % 2].append(
        AuditEvent(.keyMade, [("n", .integer(Int64(number)))]), partner: number == 3 ? Self.partner : [],
        at: 1_800_000_000_123, salt: [UInt8](repeating: UInt8(number), count: AuditEntry.saltLength))
    }
    return (entries, lanes)
  }

  private static let partner = [UInt8](repeating: 0xAB, count: 32)

  private func verify(_ entries: [AuditEntry], _ lanes: [Lane]) throws(LaneVerifier.Finding) {
    var verifier = LaneVerifier()
    for entry in entries { try verifier.accept(entry, at: verifier.count + 1) }
    try verifier.finish(lanes)
  }

  private func verifyHeaders(_ entries: [AuditEntry], _ lanes: [Lane]) throws(LaneVerifier.Finding) {
    var verifier = LaneVerifier()
    for entry in entries { try verifier.accept(header: entry.header, at: verifier.count + 1) }
    try verifier.finish(lanes)
  }

  @Test("an untouched log verifies, with its payloads and without; an empty one too")
  func whole() throws {
    let (entries, lanes) = log(20)
    try verify(entries, lanes)
    try verifyHeaders(entries, lanes)
    try verify([], [])
  }

  @Test("a header is read as it was written, and in no other form")
  func headers() throws {
    let octets = try #require(log(4).entries.last?.header)
    let header = try #require(EntryHeader(octets: octets))
    #expect(header.octets == octets)
    #expect(header.kind == "key.made" && header.time == 1_800_000_000_123 && header.partner == Self.partner)
    #expect(header.instance == "b" && header.lane == 9 && header.number == 2)
    #expect(EntryHeader(octets: octets + [0]) == nil)
    for length in octets.indices { #expect(EntryHeader(octets: Array(octets.prefix(length))) == nil) }
  }

  @Test("what an entry says is its payload with the header's kind, time, lane and number")
  func object() throws {
    let object = try #require(log(3).entries[2].object(at: 3))
    #expect(
      JSONValue.object(object) == [
        "kind": "key.made", "lane": "0000000000000007", "milliseconds": 123, "n": 2, "number": 2, "seq": 3,
        "time": 1_800_000_000,
      ])
  }

  @Test("U+0000, which no JSON reader takes, does not get into an entry, wherever it stands")
  func nullCharacters() throws {
    var lane = Lane(id: 7, instance: "a")
    let entries = [
      AuditEvent(.integrityViolated, [("credential", "a\0b"), ("c\0", [["d": "\0"]])]),
      AuditEvent(.keyMade, [("n", "a\\u0000b")]),
    ].map { lane.append($0, partner: [], at: 1, salt: []) }
    try verify(entries, [lane])
    let first = try #require(entries[0].object)
    #expect(first["credential"] == "a\u{FFFD}b" && first["c\u{FFFD}"] == [["d": "\u{FFFD}"]])
    #expect(entries[1].object?["n"] == "a\\u0000b")
  }

  @Test("any single changed octet of any entry is found, and that entry or the next of its lane is named")
  func changes() {
    let (entries, lanes) = log(6)
    func isFound(_ damaged: AuditEntry, at index: Int) -> Bool {
      var log = entries
      log[index] = damaged
      do throws(LaneVerifier.Finding) {
        if damaged.payload == nil { try verifyHeaders(log, lanes) } else { try verify(log, lanes) }
      } catch {
        switch error {
        case .changed(let position): return position == index + 1
        case .outOfOrder(let position, _): return [index + 1, index + 3].contains(Int(position))
        case .laneDiffers: return index >= 4
        case .missing: return false
        }
      }
      return false
    }
    func flipped(_ octets: [UInt8], _ position: Int) -> [UInt8] {
      var octets = octets
      octets[position] ^= 1
      return octets
    }
    for (index, entry) in entries.enumerated() {
      for position in entry.header.indices {
        let header = flipped(entry.header, position)
        #expect(isFound(AuditEntry(header: header, salt: entry.salt, payload: entry.payload), at: index))
        // Those who have no payloads find it as well.
        #expect(isFound(AuditEntry(header: header, salt: [], payload: nil), at: index))
      }
      for position in entry.salt.indices {
        let salt = flipped(entry.salt, position)
        #expect(isFound(AuditEntry(header: entry.header, salt: salt, payload: entry.payload), at: index))
      }
      for position in (entry.payload ?? []).indices {
        let payload = flipped(entry.payload ?? [], position)
        #expect(isFound(AuditEntry(header: entry.header, salt: entry.salt, payload: payload), at: index))
      }
    }
  }

  @Test("an entry that was rewritten with fitting digests breaks its lane behind it")
  func rewritten() {
    let (entries, lanes) = log(6)
    var other = Lane(id: 7, instance: "a", count: 1, last: entries[0].leaf)
    var damaged = entries
    damaged[2] = other.append(AuditEvent(.keyMade, [("n", 99)]), partner: [], at: 1, salt: [])
    #expect(throws: LaneVerifier.Finding.outOfOrder(position: 5, lane: 7)) { try verify(damaged, lanes) }
  }

  @Test("removed, doubled and swapped entries, a cut end, and a lane that is gone or was added, are found")
  func structure() {
    let (entries, lanes) = log(6)
    #expect(throws: LaneVerifier.Finding.outOfOrder(position: 4, lane: 7)) {
      try verify(Array(entries[..<2] + entries[3...]), lanes)
    }
    #expect(throws: LaneVerifier.Finding.outOfOrder(position: 3, lane: 9)) {
      try verify(Array(entries[..<2] + [entries[1]] + entries[2...]), lanes)
    }
    var swapped = entries
    swapped.swapAt(1, 3)
    #expect(throws: LaneVerifier.Finding.outOfOrder(position: 2, lane: 9)) { try verify(swapped, lanes) }
    #expect(throws: LaneVerifier.Finding.laneDiffers(lane: 9, expected: 3, found: 2)) {
      try verify(entries.dropLast(), lanes)
    }
    #expect(throws: LaneVerifier.Finding.laneDiffers(lane: 9, expected: 0, found: 3)) {
      try verify(entries, [lanes[0]])
    }
    #expect(throws: LaneVerifier.Finding.laneDiffers(lane: 11, expected: 0, found: 0)) {
      try verify(entries, lanes + [Lane(id: 11, instance: "c")])
    }
    var verifier = LaneVerifier()
    #expect(throws: LaneVerifier.Finding.missing(position: 1)) { try verifier.accept(entries[0], at: 2) }
  }

  @Test("entries of a build before lanes are lane 0: their hash is their leaf, and they chain as they did")
  func laneZero() throws {
    // Two entries as the build before wrote them, and the hash of the second.
    let first = Array(
      (#"{"kind":"key.made","n":0,"prev":""# + String(repeating: "0", count: 64) + #"","seq":1,"time":100}"#).utf8)
    let entry = AuditEntry(header: first, salt: [], payload: nil)
    let second = Array(
      #"{"kind":"key.made","n":1,"prev":"\#(entry.leaf.map { hex($0) }.joined())","seq":2,"time":100}"#.utf8)
    let last = AuditEntry(header: second, salt: [], payload: nil)
    try verify([entry, last], [Lane(id: 0, instance: "", count: 2, last: last.leaf)])
    #expect(last.object?["n"] == 1 && last.object?["time"] == 100)
    #expect(throws: LaneVerifier.Finding.outOfOrder(position: 1, lane: 0)) {
      try verify([last], [Lane(id: 0, instance: "", count: 1, last: last.leaf)])
    }
  }

  private func hex(_ octet: UInt8) -> String { (octet < 16 ? "0" : "") + String(octet, radix: 16) }
}
