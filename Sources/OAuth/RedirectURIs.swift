public import Registry

extension Client {
  /// Whether answers may be sent there: one of the registered URIs, octet by octet (RFC 9700 §2.1).
  ///
  /// A native application listens on a port that the system gives it, so for a public client the port of a registered
  /// loopback address is free, and nothing else (RFC 8252 §7.3).
  public func admits(redirectURI uri: String) -> Bool {
    redirectURIs.contains { $0.utf8.elementsEqual(uri.utf8) } || isPublic && admits(loopback: uri)
  }

  private func admits(loopback uri: String) -> Bool {
    guard let asked = LoopbackURI(uri) else { return false }
    return redirectURIs.contains { LoopbackURI($0) == asked }
  }
}

/// An `http` URI on loopback, without its port. IP literals only: `localhost` can be made to mean another machine
/// (RFC 8252 §8.3).
private struct LoopbackURI: Equatable {
  private let host: String
  /// Path and query, as they are spelled.
  private let rest: [UInt8]

  private static let hosts = ["http://127.0.0.1", "http://[::1]"]

  /// Nil for anything else, also for a port that is none.
  init?(_ uri: String) {
    let octets = Array(uri.utf8)
    guard let host = Self.hosts.first(where: { octets.starts(with: $0.utf8) }) else { return nil }
    var rest = octets.dropFirst(host.utf8.count)
    if rest.first == UInt8(ascii: ":") {
      let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
        UInt16(String(decoding: digits, as: UTF8.self)) != nil
      else { return nil }
      rest = rest.dropFirst(1 + digits.count)
    }
    guard rest.isEmpty || rest.first == UInt8(ascii: "/") || rest.first == UInt8(ascii: "?") else { return nil }
    self.host = host
    self.rest = Array(rest)
  }

  // Swift compares texts by what they look like, octets as they are.
  static func == (left: Self, right: Self) -> Bool { left.host == right.host && left.rest == right.rest }
}
