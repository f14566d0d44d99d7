internal import Foundation

/// Scheme, host and port of a URL (RFC 6454), in the form that a Content-Security-Policy takes.
///
/// Only letters, digits, `-`, `.` and `_` can be part of the host, so that no text can leave its place in a header.
struct WebOrigin: Hashable {
  let scheme, host: String
  let port: Int?

  /// Nil if the URL has no scheme or the scheme is not http or https, and if anything in it is odd.
  init?(of url: String) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), let parts = URLComponents(string: url),
      let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http",
      let host = parts.host?.lowercased(), !host.isEmpty, parts.user == nil, parts.password == nil,
      host.utf8.allSatisfy({ Self.hostOctets.contains($0) })
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = parts.port
  }

  private static let hostOctets = Set("abcdefghijklmnopqrstuvwxyz0123456789-._".utf8)

  var text: String { "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "") }

  /// RFC 8252 §8.3: on the same machine there is no network in between.
  var isSecure: Bool { scheme == "https" || host == "127.0.0.1" || host == "localhost" }
}
