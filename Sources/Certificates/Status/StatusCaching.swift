internal import Octets
public import Vocabulary

/// Header fields with which caches keep a list or an answer as long as they may (RFC 9111 §5, RFC 9919 §6 and §7.2).
///
/// A cache that still has "good" hands it out after the revocation, so the life in caches is short, however long the
/// octets are good.
public struct StatusCaching: Sendable, Equatable {
  public enum Kind: Sendable, CaseIterable {
    /// A revocation list: at most an hour, so that one that is published out of turn is seen.
    case list
    /// An answer that is made ahead: at most five minutes.
    case answer
    /// An answer with a client's nonce, which is of use to no one else.
    case answerWithNonce

    /// Seconds in a cache, at most.
    fileprivate var longest: Int64 {
      switch self {
      case .list: 3600
      case .answer: 300
      case .answerWithNonce: 0
      }
    }
  }

  /// `ETag`, strong, with its quotation marks.
  public let entityTag: String
  /// `Last-Modified`, `Expires`, `Cache-Control`.
  public let lastModified, expires, cacheControl: String

  /// - Parameters:
  ///   - octets: the body.
  ///   - thisUpdate: with `nextUpdate`, of the list, or of the answer that ends first.
  public init(_ kind: Kind, octets: [UInt8], thisUpdate: UnixTime, nextUpdate: UnixTime, now: UnixTime) {
    // The end may be far away, or long ago.
    let life = nextUpdate > now ? min(kind.longest, nextUpdate - now) : 0
    entityTag = "\"\(Hex.encode(OctetDigest.sha256(octets)))\""
    lastModified = HTTPDate.text(thisUpdate)
    // RFC 9919 §6 wants nextUpdate itself for answers; a list must be seen again earlier.
    expires = HTTPDate.text(kind == .list ? min(nextUpdate, now + life) : nextUpdate)
    cacheControl =
      kind == .answerWithNonce
      ? "max-age=0, must-revalidate" : "max-age=\(life), public, no-transform, must-revalidate"
  }

  /// Whether the client has these octets (RFC 9110 §13.1.2): 304 instead of the body.
  ///
  /// Dates do not count: two lists of one second, or of two gateways whose clocks differ, have dates that tell nothing,
  /// and a revocation would stay hidden.
  ///
  /// - Parameter ifNoneMatch: value of the field of a GET or HEAD; nil if it is not there.
  public func isKnown(ifNoneMatch: String?) -> Bool {
    ifNoneMatch.map { Self.tags($0).contains { $0 == "*" || $0 == entityTag } } ?? false
  }

  /// The tags of a list, compared weakly (RFC 9110 §8.8.3.2). Our own have no commas.
  private static func tags(_ list: String) -> [Substring] {
    list.split(separator: ",").map { part in
      let tag = part.drop { $0 == " " || $0 == "\t" }
      let end = tag.lastIndex { $0 != " " && $0 != "\t" }.map { tag.index(after: $0) } ?? tag.startIndex
      return tag.hasPrefix("W/") ? tag[..<end].dropFirst(2) : tag[..<end]
    }
  }
}

/// `IMF-fixdate` (RFC 9110 §5.6.7), the form in which dates are sent.
enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  static func text(_ time: UnixTime) -> String {
    let (day, second) = (CivilTime(time).day, CivilTime(time).second)
    // The first day of 1970 was a Thursday.
    let weekday = ((day.number + 4) % 7 + 7) % 7
    return "\(days[weekday]), \(digits(day.day)) \(months[day.month - 1]) \(digits(day.year, 4)) "
      + [second / 3600, second / 60 % 60, second % 60].map { digits($0) }.joined(separator: ":") + " GMT"
  }

  private static func digits(_ number: Int, _ count: Int = 2) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
