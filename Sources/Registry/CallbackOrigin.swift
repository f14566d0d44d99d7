/// An origin (RFC 6454 §4) below which a partner may be called: scheme, host and port, as registered.
///
/// A URI is below it if its scheme and authority are the registered ones, compared as texts but for the case of letters
/// and a port that the scheme implies. Nothing is resolved or decoded for it, so there is no second reading of the URI
/// that could lead elsewhere.
public struct CallbackOrigin: Sendable, Hashable {
  private let scheme, host: String
  private let port: Int
  /// Whether its host may be in a private network, or this machine.
  public let allowsPrivateAddresses: Bool

  /// Nil if the text is no origin. Plain `http` is for private addresses alone.
  public init?(_ text: String, allowsPrivateAddresses: Bool) {
    guard let (scheme, host, port, rest) = Self.parts(text), rest.isEmpty,
      scheme == "https" || allowsPrivateAddresses
    else { return nil }
    self.scheme = scheme
    self.host = host
    self.port = port
    self.allowsPrivateAddresses = allowsPrivateAddresses
  }

  public func covers(_ uri: String) -> Bool {
    guard let (scheme, host, port, rest) = Self.parts(uri) else { return false }
    return scheme == self.scheme && host == self.host && port == self.port && !rest.contains("[") && !rest.contains("]")
  }

  private typealias Parts = (scheme: String, host: String, port: Int, rest: Substring)

  /// Nil for anything but the characters of a URI (RFC 3986 §2) and for what has no place here: another scheme, user
  /// information, a fragment.
  private static func parts(_ uri: String) -> Parts? {
    guard uri.utf8.allSatisfy(isURICharacter), let mark = uri.firstRange(of: "://") else { return nil }
    let scheme = uri[..<mark.lowerBound].lowercased()
    guard let standardPort = ["https": 443, "http": 80][scheme] else { return nil }
    let authority = uri[mark.upperBound...].prefix { $0 != "/" && $0 != "?" }
    let rest = uri[authority.endIndex...]
    let host: Substring
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]"), authority[..<end].dropFirst().allSatisfy(isAddressCharacter) else {
        return nil
      }
      host = authority[...end]
    } else {
      host = authority.prefix { $0 != ":" }
      guard host.allSatisfy(isHostCharacter) else { return nil }
    }
    guard !host.isEmpty, let port = port(authority[host.endIndex...], standard: standardPort) else { return nil }
    return (scheme, host.lowercased(), port, rest)
  }

  private static func port(_ text: Substring, standard: Int) -> Int? {
    guard !text.isEmpty else { return standard }
    let digits = text.dropFirst()
    guard text.first == ":", 1...5 ~= digits.count, digits.utf8.allSatisfy({ 48...57 ~= $0 }), let port = Int(digits),
      1...65535 ~= port
    else { return nil }
    return port
  }

  private static func isHostCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "." || character == "-")
  }

  private static func isAddressCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isHexDigit || character == ":" || character == ".")
  }

  private static let punctuation = Set("-._~:/?[]@!$&'()*+,;=%".utf8)

  private static func isURICharacter(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: punctuation.contains(octet)
    }
  }
}
