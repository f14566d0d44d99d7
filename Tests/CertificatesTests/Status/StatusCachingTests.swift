import Testing
import Vocabulary

@testable import Certificates

@Suite("Caching of status", .timeLimit(.minutes(5)))
struct StatusCachingTests {
  private static let now = StatusFixture.day(2026, 11, 30, hour: 12)

  private func caching(
    _ kind: StatusCaching.Kind, octets: [UInt8] = [1, 2, 3], until: UnixTime = Self.now + 86_400,
    now: UnixTime = Self.now
  ) -> StatusCaching {
    StatusCaching(kind, octets: octets, thisUpdate: Self.now, nextUpdate: until, now: now)
  }

  @Test("a list is seen again within an hour, an answer within five minutes, one with a nonce at once")
  func life() {
    let list = caching(.list)
    #expect(list.cacheControl == "max-age=3600, public, no-transform, must-revalidate")
    #expect(list.expires == "Mon, 30 Nov 2026 13:00:00 GMT")
    #expect(list.lastModified == "Mon, 30 Nov 2026 12:00:00 GMT")
    #expect(list.entityTag == "\"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\"")
    let answer = caching(.answer)
    #expect(answer.cacheControl == "max-age=300, public, no-transform, must-revalidate")
    #expect(answer.expires == "Tue, 01 Dec 2026 12:00:00 GMT")
    #expect(caching(.answerWithNonce).cacheControl == "max-age=0, must-revalidate")
  }

  @Test("no cache keeps anything beyond its end", arguments: StatusCaching.Kind.allCases)
  func ends(kind: StatusCaching.Kind) {
    let age = { (caching: StatusCaching) in caching.cacheControl.split(separator: ",")[0] }
    let limit = kind == .answerWithNonce ? 0 : 7
    #expect(age(caching(kind, until: Self.now + 7)) == "max-age=\(limit)")
    #expect(caching(kind, until: Self.now + 7).expires == "Mon, 30 Nov 2026 12:00:07 GMT")
    for late in [Self.now + 7, Self.now + 8, Self.now + 1_000_000] {
      #expect(age(caching(kind, until: Self.now + 7, now: late)) == "max-age=0")
      #expect(caching(kind, until: Self.now + 7, now: late).expires == "Mon, 30 Nov 2026 12:00:07 GMT")
    }
    #expect(age(caching(kind, until: RevocationListDraft.lastNextUpdate)) != "max-age=7")
  }

  @Test("a client that has the octets is told so, by their tag")
  func conditions() {
    let list = caching(.list)
    // Another one of the same second.
    let other = caching(.list, octets: [4])
    #expect(other.lastModified == list.lastModified)
    let tag = list.entityTag
    for known in [tag, "*", "W/\(tag)", "\"a\", \(tag)", " \(tag) ,\"b\"", "\(tag),"] {
      #expect(list.isKnown(ifNoneMatch: known), "\(known)")
      #expect(other.isKnown(ifNoneMatch: known) == (known == "*"), "\(known)")
    }
    for unknown in ["", ",", "\"a\"", String(tag.dropFirst()), "w/\(tag)", tag.uppercased(), list.lastModified] {
      #expect(!list.isKnown(ifNoneMatch: unknown), "\(unknown)")
    }
    #expect(!list.isKnown(ifNoneMatch: nil))
  }

  @Test("dates are those of RFC 9110")
  func dates() {
    for (time, text) in [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (RevocationListDraft.lastNextUpdate, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] as [(UnixTime, String)] {
      #expect(HTTPDate.text(time) == text)
    }
  }
}
