import SoleControl
import Testing
import TestSupport
import Vocabulary

extension StoreConformance {
  func oneTimeCodes() async throws {
    let store = try makeStore()
    @Sendable func code(_ id: String, _ credential: String = "c", _ factor: FactorID = .sms) -> OneTimeCode {
      OneTimeCode(id: id, credential: CredentialID(credential), factor: factor, mac: [1, 2], expires: 9)
    }
    @Sendable func open(_ credential: String = "c", _ factor: FactorID = .sms) async throws -> OneTimeCode? {
      try await store.read { try $0.oneTimeCode(factor, of: CredentialID(credential)) }
    }
    #expect(try await open() == nil)
    try await store.write { try $0.put(code("1")) }
    try await store.write { try $0.put(code("2", "other")) }
    try await store.write { try $0.put(code("3", "c", .otp)) }
    #expect(try await open() == code("1"))
    // A new one takes the place of the one before, which cannot be taken any more.
    try await store.write { try $0.put(code("4")) }
    #expect(try await open() == code("4"))
    #expect(try await store.write { try $0.take(oneTimeCode: "1") } == false)
    #expect(try await store.write { try $0.take(oneTimeCode: "4") })
    #expect(try await store.write { try $0.take(oneTimeCode: "4") } == false)
    #expect(try await open() == nil)
    #expect(try await open("other") == code("2", "other"))
    #expect(try await open("c", .otp) == code("3", "c", .otp))
  }

  func messages() async throws {
    let store = try makeStore()
    @Sendable func message(
      _ id: String, _ time: Int64, _ credential: String = "c", _ partner: String = "p", _ factor: FactorID = .sms,
      hasFailed: Bool = false
    ) -> SentMessage {
      SentMessage(
        id: id, partner: PartnerID(partner), credential: CredentialID(credential), factor: factor, time: time,
        hasFailed: hasFailed)
    }
    @Sendable func sent(after time: Int64) async throws -> [SentMessage] {
      try await store.read { try $0.messages(.sms, of: CredentialID("c"), after: time) }
    }
    @Sendable func partner(_ name: String = "p", after time: Int64) async throws -> [Int64?] {
      let found = try await store.read { try $0.messages(of: PartnerID(name), after: time) }
      return [Int64(found.count), found.oldest]
    }
    #expect(try await sent(after: 0).isEmpty)
    #expect(try await partner(after: 0) == [0, nil])
    try await store.write { transaction in
      for message in [
        message("b", 20), message("a", 10), message("d", 30, "other"), message("e", 40, "c", "q"),
        message("f", 50, "c", "p", .otp),
      ] {
        try transaction.add(message, forgotten: 0)
      }
    }
    #expect(try await sent(after: 0) == [message("a", 10), message("b", 20), message("e", 40, "c", "q")])
    #expect(try await sent(after: 10).map(\.id) == ["b", "e"])
    #expect(try await partner(after: 10) == [3, 20])
    #expect(try await partner("q", after: 0) == [1, 40])

    try await store.write { try $0.markFailed(message: "a") }
    #expect(try await sent(after: 0).first == message("a", 10, hasFailed: true))
    // A failed message still counts for the partner.
    #expect(try await partner(after: 0) == [4, 10])
    try await store.write { transaction in
      try transaction.add(message("x", 15), forgotten: 0)
      try transaction.remove(message: "x")
      try transaction.remove(message: "unknown")
    }
    #expect(try await sent(after: 0).map(\.id) == ["a", "b", "e"])
    try await store.write { try $0.add(message("g", 60), forgotten: 20) }
    #expect(try await sent(after: 0).map(\.id) == ["e", "g"])
    #expect(try await partner(after: 0) == [3, 30])
  }
}
