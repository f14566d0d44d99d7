internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import OAuth

/// `application/x-www-form-urlencoded` (WHATWG URL §5.1, RFC 6749 appendix B).
enum FormText {
  /// The names and values of a text, in their order. Nil if something in it is no UTF-8, or U+0000.
  static func pairs(_ text: some StringProtocol) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for part in text.split(separator: "&") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(halves[0]), let value = halves.count == 2 ? decode(halves[1]) : "" else { return nil }
      pairs.append((name, value))
    }
    return pairs
  }

  /// Nil if it is no UTF-8, or holds U+0000, which nothing means and databases end a text at.
  static func decode(_ text: some StringProtocol) -> String? {
    let decoded = String(text.map { $0 == "+" ? " " : $0 }).removingPercentEncoding
    return decoded.flatMap { $0.utf8.contains(0) ? nil : $0 }
  }

  /// The text of one value, in which nothing can end it early.
  static func encode(_ text: String) -> String {
    var encoded = ""
    for octet in text.utf8 {
      switch octet {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(octet))
      default: encoded += "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
      }
    }
    return encoded
  }
}

extension Gateway {
  /// Octets of a form: 1,000 digests in a rich request take about 100 KiB.
  private static let largestForm = 512 << 10

  /// The parameters of a form; those of the query only where the request has no body.
  func parameters(_ request: Request) async throws -> OAuth.Parameters {
    // RFC 6749 §3.2. Said, because the parameters would only be missing.
    if request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true {
      throw OAuthError.invalidRequest("Send the parameters as application/x-www-form-urlencoded, not as JSON")
    }
    let text: String
    if request.method == .get {
      text = request.uri.query ?? ""
    } else {
      do { text = String(buffer: try await request.body.collect(upTo: Self.largestForm)) } catch is NIOTooManyBytesError
      {
        throw OAuthError.invalidRequest("The request body is too large")
      }
    }
    guard let pairs = FormText.pairs(text) else { throw OAuthError.repeatedParameter }
    return OAuth.Parameters(pairs)
  }
}
