import Registry
import Synchronization
import Testing
import Vocabulary

@Suite("What is made from partners' records", .timeLimit(.minutes(1)))
struct PartnerCacheTests {
  private func partner(_ id: String, _ revision: UInt64) -> Partner {
    var partner = Partner(id: PartnerID(id), name: "\(id) \(revision)")
    partner.revision = revision
    return partner
  }

  /// Makes the partner's name, and counts how often.
  private final class Maker: Sendable {
    let made = Mutex(0)

    func make(_ partner: Partner) -> String {
      made.withLock { $0 += 1 }
      return partner.name
    }
  }

  @Test("made once for each revision; a slow caller's old record gives the old value and changes nothing")
  func revisions() {
    let (cache, maker) = (PartnerCache<String>(capacity: 10), Maker())
    for _ in 0..<3 { #expect(cache.value(for: partner("a", 1), make: maker.make) == "a 1") }
    #expect(maker.made.withLock(\.self) == 1)
    for _ in 0..<3 { #expect(cache.value(for: partner("a", 2), make: maker.make) == "a 2") }
    #expect(maker.made.withLock(\.self) == 2)
    #expect(cache.value(for: partner("a", 1), make: maker.make) == "a 1")
    #expect(cache.value(for: partner("a", 2), make: maker.make) == "a 2")
    #expect(maker.made.withLock(\.self) == 3)
  }

  @Test("bounded: the partner that was asked for least recently goes first")
  func bound() {
    let (cache, maker) = (PartnerCache<String>(capacity: 2), Maker())
    for id in ["a", "b", "a", "c"] { _ = cache.value(for: partner(id, 1), make: maker.make) }
    #expect(maker.made.withLock(\.self) == 3)
    _ = cache.value(for: partner("a", 1), make: maker.make)
    #expect(maker.made.withLock(\.self) == 3)
    _ = cache.value(for: partner("b", 1), make: maker.make)
    #expect(maker.made.withLock(\.self) == 4)
  }

  @Test("what cannot be made is not kept")
  func failure() throws {
    struct Wrong: Error {}
    let cache = PartnerCache<String>(capacity: 2)
    #expect(throws: Wrong.self) { try cache.value(for: partner("a", 1)) { _ in throw Wrong() } }
    #expect(cache.value(for: partner("a", 1)) { $0.name } == "a 1")
  }

  @Test("callers at once all get the same value")
  func concurrent() async {
    let cache = PartnerCache<String>(capacity: 2)
    let maker = Maker()
    let partner = partner("a", 1)
    let values = await withTaskGroup(of: String.self) { group in
      for _ in 0..<50 {
        group.addTask { cache.value(for: partner) { "\(maker.make($0)), made \(maker.made.withLock(\.self))" } }
      }
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(values.count == 1)
  }
}
