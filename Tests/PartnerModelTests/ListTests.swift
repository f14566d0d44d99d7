import Octets
import PartnerModel
import Testing
import Vocabulary

@Suite("Lists of the partner API", .timeLimit(.minutes(2)))
struct ListTests {
  private let cursors = Cursors(secret: [1, 2, 3])
  private let place = ListPlace(created: 1_796_083_200, id: "0f1e2d")
  private let partner = PartnerID("bank")

  private func query(_ pairs: QueryPairs = []) throws -> ListQuery { try SignerQuery(pairs).list }

  private func read(
    _ text: String, _ pairs: QueryPairs = [], of list: String = "signers", for partner: PartnerID? = nil,
    with cursors: Cursors? = nil
  ) throws -> ListPlace? {
    try (cursors ?? self.cursors).place(
      query(pairs + [("cursor", text)]), of: list, for: partner ?? self.partner)
  }

  @Test("a cursor leads to its place, in the same list with the same filters, whatever the limit")
  func same() throws {
    let filters: QueryPairs = [("state", "open"), ("order", "desc")]
    let text = try cursors.text(place, query(filters), of: "signers", for: partner)
    #expect(try read(text, filters) == place)
    #expect(try read(text, filters.reversed() + [("limit", "7")]) == place)
    #expect(try cursors.place(query(filters), of: "signers", for: partner) == nil)
    let early = ListPlace(created: -1, id: "a")
    #expect(try read(cursors.text(early, query(), of: "signers", for: partner)) == early)
  }

  @Test("a cursor of another partner, list, filter, order or service leads nowhere (pitfall 45)")
  func others() throws {
    let text = try cursors.text(place, query(), of: "signers", for: partner)
    let refused = [
      refusal { try read(text, for: PartnerID("other")) }, refusal { try read(text, of: "credentials") },
      refusal { try read(text, [("state", "open")]) }, refusal { try read(text, [("order", "desc")]) },
      refusal { try read(text, with: Cursors(secret: [1, 2, 4])) },
    ]
    #expect(refused == [String](repeating: "cursor-invalid", count: 5))
  }

  @Test("a cursor that was edited in any octet leads nowhere, nor does rubbish")
  func edited() throws {
    let octets = try #require(Base64.decodeURL(cursors.text(place, query(), of: "signers", for: partner)))
    for index in octets.indices {
      var edited = octets
      edited[index] ^= 1
      #expect(refusal { try read(Base64.encodeURL(edited)) } == "cursor-invalid")
      #expect(refusal { try read(Base64.encodeURL(Array(octets[..<index]))) } == "cursor-invalid")
    }
    for text in ["", "*", "AAAA", String(repeating: "A", count: 5000)] {
      #expect(refusal { try read(text) } == "cursor-invalid")
    }
  }

  @Test(
    "times are written in UTC",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_796_083_199, "2026-11-30T23:59:59Z"),
      (4_107_542_400, "2100-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
    ])
  func times(time: UnixTime, text: String) { #expect(TimeText.text(time) == text) }

  @Test("a month reaches from its first second to before the next")
  func months() throws {
    for (text, first, last) in [
      ("2026-11", "2026-11-01T00:00:00Z", "2026-11-30T23:59:59Z"),
      ("2024-02", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"),
      ("2026-12", "2026-12-01T00:00:00Z", "2026-12-31T23:59:59Z"),
    ] {
      let period = try UsagePeriod([("period", text)])
      #expect(TimeText.text(period.times.lowerBound) == first)
      #expect(TimeText.text(period.times.upperBound - 1) == last)
    }
  }

  @Test(
    "refusals of a period",
    arguments: ["", "2026", "2026-00", "2026-13", "2026-1", "0026-11", "2026-11-01", "２026-11", "2026/11", "-026-11"])
  func periods(text: String) { #expect(refusal { try UsagePeriod([("period", text)]) } == "query-invalid ?period") }

  @Test("a period stands alone")
  func onePeriod() {
    #expect(refusal { try UsagePeriod([]) } == "query-invalid ?period")
    #expect(refusal { try UsagePeriod([("period", "2026-11"), ("limit", "5")]) } == "query-invalid ?period")
    #expect(refusal { try UsagePeriod([("period", "2026-11"), ("from", "5")]) } == "query-invalid ?from")
  }
}
