import Growth
import Octets
import Testing
import Vocabulary

@testable import Certificates

/// Revocation lists, held against those that OpenSSL makes of the same facts.
@Suite("Revocation lists", .timeLimit(.minutes(5)))
struct RevocationListTests {
  private static let now = StatusFixture.day(2026, 2, 1)

  private func draft(
    number: Int64 = 1, from: UnixTime = Self.now, until: UnixTime = Self.now + 86_400,
    scope: RevocationListScope = .everything, expiredSince: UnixTime? = nil
  ) throws -> RevocationListDraft {
    try RevocationListDraft(
      issuer: StatusFixture.name(of: "authority"), keyIdentifier: StatusFixture.keyIdentifier,
      algorithm: StatusFixture.algorithm, number: number, thisUpdate: from, nextUpdate: until, scope: scope,
      expiredSince: expiredSince)
  }

  private static let entries = [
    RevokedCertificate(
      serialNumber: [0x45, 0], time: StatusFixture.day(2026, 1, 4, hour: 12), reason: .unspecified),
    RevokedCertificate(
      serialNumber: StatusFixture.serial(2), time: StatusFixture.day(2026, 1, 1, hour: 12), reason: .keyCompromise),
    RevokedCertificate(
      serialNumber: StatusFixture.serial(3), time: StatusFixture.day(2026, 1, 2, hour: 12), reason: .certificateHold),
    RevokedCertificate(
      serialNumber: StatusFixture.serial(4), time: StatusFixture.day(2026, 1, 3, hour: 12), reason: .keyCompromise,
      invalidSince: StatusFixture.day(2025, 12, 31)),
  ]

  @Test("a whole list, a shard and the root's list are the octets of OpenSSL's, signed or not")
  func vectors() throws {
    let shard = RevocationListScope.shard(uri: "http://pki.example.org/issuing-g1-0.crl", 0, of: 1)
    for (name, draft, entries) in [
      (
        "whole", try draft(number: 258, until: Self.now + 86_400, expiredSince: StatusFixture.day(2026, 1, 1)),
        Self.entries
      ),
      (
        "shard", try draft(number: 3_000_000_000, until: RevocationListDraft.lastNextUpdate, scope: shard), Self.entries
      ),
      ("authorities", try draft(until: StatusFixture.day(2050, 1, 1), scope: .authorities), []),
    ] as [(String, RevocationListDraft, [RevokedCertificate])] {
      var draft = draft
      for entry in entries { try draft.append(entry) }
      let expected = try StatusFixture.signed(StatusFixture.file("\(name).crl")[...])
      #expect(Hex.encode(draft.octetsToSign) == Hex.encode(expected.toSign), "\(name)")
      #expect(try draft.signed(expected.signature) == StatusFixture.file("\(name).crl"), "\(name)")
      #expect(draft.count == entries.count)
    }
  }

  @Test("each reason has its code, unspecified none, and some are on no list")
  func reasons() throws {
    for scope in [RevocationListScope.everything, .users, .authorities, .shard(uri: "http://h/c", 1, of: 2)] {
      for reason in RevocationReason.allCases {
        var list = try draft(scope: scope)
        let before = list.octetsToSign.count
        let refused: [RevocationReason] =
          switch scope {
          case .everything: [.removeFromCRL, .aaCompromise]
          case .users, .shard: [.removeFromCRL, .aaCompromise, .caCompromise]
          case .authorities: [.removeFromCRL, .aaCompromise, .certificateHold]
          }
        let entry = RevokedCertificate(serialNumber: [1], time: Self.now, reason: reason)
        if refused.contains(reason) {
          #expect(throws: StatusFault.reason) { try list.append(entry) }
          #expect(list.count == 0 && list.octetsToSign.count == before)
          continue
        }
        try list.append(entry)
        let code = [0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, UInt8(reason.rawValue)]
        #expect((list.octetsToSign.firstRange(of: code) != nil) == (reason != .unspecified), "\(reason)")
      }
    }
  }

  @Test("serial numbers ascend, each once")
  func order() throws {
    let numbers: [[UInt8]] = [
      [1], [0x7f], [0, 0x80], [0, 0xff], [1, 0], [0x7f, 0xff], [0, 0x80, 0], [UInt8](repeating: 0x7f, count: 20),
    ]
    func entry(_ number: [UInt8]) -> RevokedCertificate {
      RevokedCertificate(serialNumber: number, time: Self.now, reason: .superseded)
    }
    var list = try draft()
    for (place, number) in numbers.enumerated() {
      try list.append(entry(number))
      for earlier in numbers[...place] {
        #expect(throws: StatusFault.order, "\(earlier) after \(number)") { try list.append(entry(earlier)) }
      }
    }
    #expect(list.count == numbers.count)
    for number: [UInt8] in [[], [0], [0x80], [0xff, 1], [0, 1], [0, 0, 0x80], [UInt8](repeating: 1, count: 21)] {
      #expect(throws: StatusFault.serialNumber, "\(number)") { try list.append(entry(number)) }
    }
  }

  @Test("a shard names its own certificates alone")
  func shards() throws {
    for (shard, count) in [(0, 0), (-1, 16), (16, 16), (0, 257), (0, -1)] {
      #expect(throws: StatusFault.shard) { try draft(scope: .shard(uri: "http://pki.example.org/1", shard, of: count)) }
    }
    for shard in 0..<16 {
      var list = try draft(scope: .shard(uri: "http://pki.example.org/1", shard, of: 16))
      for last in 0..<256 {
        let serial = CertificateSerial(random: [UInt8](repeating: 0, count: 15) + [UInt8(last)])
        let entry = RevokedCertificate(
          serialNumber: try #require(serial).octets, time: Self.now, reason: .superseded)
        if try #require(serial).shard(of: 16) == shard {
          try list.append(entry)
        } else {
          #expect(throws: StatusFault.shard) { try list.append(entry) }
        }
      }
      #expect(list.count == 16)
    }
  }

  @Test("facts that no list can have are refused")
  func faults() throws {
    #expect(throws: StatusFault.number) { try draft(number: 0) }
    #expect(throws: StatusFault.number) { try draft(number: .min) }
    #expect(throws: StatusFault.time) { try draft(from: -1) }
    #expect(throws: StatusFault.time) { try draft(until: Self.now) }
    #expect(throws: StatusFault.time) { try draft(until: -2) }
    #expect(throws: StatusFault.time) { try draft(until: RevocationListDraft.lastNextUpdate + 1) }
    #expect(throws: StatusFault.time) { try draft(expiredSince: Self.now + 1) }
    #expect(throws: StatusFault.time) { try draft(expiredSince: -1) }
    for uri in [
      "", "http://", "https://pki.example.org/g1.crl", "ldap://pki.example.org", "http://pki.example.org/g 1.crl",
      "http://pki.example.org/\u{fc}.crl", "http://pki.example.org/\n",
      "http://pki.example.org/" + String(repeating: "a", count: 1002),
    ] {
      #expect(throws: StatusFault.uri, "\(uri)") { try draft(scope: .shard(uri: uri, 0, of: 16)) }
    }
    for (time, since) in [(Self.now + 1, nil), (-1, nil), (Self.now, Self.now + 1), (Self.now, -1)]
      as [(UnixTime, UnixTime?)]
    {
      var list = try draft()
      #expect(throws: StatusFault.time) {
        try list.append(
          RevokedCertificate(serialNumber: [1], time: time, reason: .keyCompromise, invalidSince: since))
      }
    }
  }

  /// A list of the first numbers of 16 octets.
  private func list(of count: Int) throws -> RevocationListDraft {
    var list = try draft(scope: .shard(uri: "http://pki.example.org/issuing-g1-0.crl", 0, of: 1))
    for number in 0..<count {
      let digits = (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
      let serial = [0x40] + [UInt8](repeating: 0, count: 11) + digits
      try list.append(RevokedCertificate(serialNumber: serial, time: Self.now, reason: .superseded))
    }
    return list
  }

  @Test("a list takes 50 octets an entry, and time as their number")
  func large() throws {
    let octets = try list(of: 10_000).signed([UInt8](repeating: 0, count: 70))
    #expect(octets.count < 51 * 10_000)
    let ratio = Growth.ratio(500, of: { $0 }) { count in _ = try? self.list(of: count).octetsToSign }
    #expect(ratio < Growth.most)
  }

  @Test("a list has its largest size, so that no list takes all memory")
  func bound() throws {
    var list = try self.list(of: 100)
    #expect(list.limit == 250_000)
    list.limit = 100
    let before = list.octetsToSign
    #expect(throws: StatusFault.count) {
      try list.append(
        RevokedCertificate(serialNumber: [UInt8](repeating: 0x7f, count: 20), time: Self.now, reason: .superseded))
    }
    #expect(list.count == 100 && list.octetsToSign == before)
  }
}
