// `stat` belongs to the first of these that the compiler loads, which differs from build to build.
import CDispatch
import CoreFoundation
import Foundation
import HTTPGateway
import HTTPTypes

/// Permission for weak members, and the warnings found on the way. Shared by the readers of one file.
package final class ConfigNotes {
  /// Reason for which members are accepted that no service for real customers may have (`ConfigRules`); nil if they are
  /// not.
  var excuse: String?
  var isExcused: Bool { excuse != nil }
  /// Weak settings, each with its remedy.
  package private(set) var warnings: [String] = []

  package init() {}

  func warn(_ text: String) { warnings.append(text) }
}

// Values that are parsed, not passed on: what is accepted here means what the operator meant.
extension ConfigReader {
  // MARK: URLs

  /// An absolute URL.
  ///
  /// - Parameters:
  ///   - allowsPlainHTTP: for a host on this machine, and for no other: no network is in between there.
  ///   - isBase: whether paths are appended to it, so it has no query and no slash at its end.
  func url(_ name: String, allowsPlainHTTP: Bool, isBase: Bool = false) throws -> String {
    guard let text = try optionalURL(name, allowsPlainHTTP: allowsPlainHTTP, isBase: isBase) else {
      throw error(name, "is missing")
    }
    return text
  }

  func optionalURL(_ name: String, allowsPlainHTTP: Bool, isBase: Bool = false) throws -> String? {
    guard let text = try optionalString(name) else { return nil }
    guard let url = WebURL(text) else { throw error(name, "is not a URL: \(text)") }
    if isBase, text.hasSuffix("/") { throw error(name, "must not end in a slash") }
    if isBase, url.hasQuery { throw error(name, "must not have a query") }
    guard url.isEncrypted else {
      guard url.isOnThisMachine else {
        throw error(name, "must begin with https://; plain HTTP is allowed on this machine only: \(text)")
      }
      guard allowsPlainHTTP else { throw error(name, "must begin with https://") }
      return text
    }
    return text
  }

  // MARK: Addresses and names of HTTP

  /// An IP address to listen on, or `localhost`.
  func listeningAddress(_ name: String, default standard: String) throws -> String {
    let text = try string(name, default: standard)
    guard text == "localhost" || AddressBlock(text).map({ _ in !text.contains("/") }) == true else {
      throw error(name, "must be an IP address or localhost: \(text)")
    }
    return text
  }

  func addressBlocks(_ name: String) throws -> [AddressBlock] {
    try (optionalStrings(name) ?? []).map { text in
      guard let block = AddressBlock(text) else {
        throw error(name, "must list IP addresses or blocks such as 10.0.0.0/8: \(text)")
      }
      return block
    }
  }

  func headerName(_ name: String) throws -> String {
    let text = try string(name)
    guard HTTPField.Name(text) != nil else { throw error(name, "is not the name of a header: \(text)") }
    return text
  }

  // MARK: Secrets

  /// A file with a secret, readable by the service's user and its group alone.
  func secretFile(_ name: String) throws -> String {
    let path = try file(name)
    var status = stat()
    guard stat(path, &status) == 0 else { throw error(name, "cannot be read: \(path)") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw error(name, "is not a regular file: \(path)") }
    let mode = String(status.st_mode & 0o777, radix: 8)
    if status.st_mode & 0o007 != 0 {
      guard notes.isExcused else {
        throw error(name, "can be read by every user of this machine (mode \(mode)); chmod 600 \(path)")
      }
      warn(name, "can be read by every user of this machine (mode \(mode)); chmod 600 \(path)")
    } else if status.st_mode & 0o020 != 0 {
      warn(name, "can be changed by its group (mode \(mode)); chmod 600 \(path)")
    }
    return path
  }

  func optionalSecretFile(_ name: String) throws -> String? { names.contains(name) ? try secretFile(name) : nil }

  /// The first line of a file with a secret.
  ///
  /// - Parameter least: octets of a secret that cannot be guessed.
  func secret(_ name: String, least: Int) throws -> String {
    guard let secret = try optionalSecret(name) else { throw error(name, "is missing") }
    guard secret.utf8.count >= least else { throw error(name, "has fewer than \(least) characters") }
    return secret
  }

  /// The same, of any length; a record has its one secret apart.
  func optionalSecret(_ name: String) throws -> String? {
    if case .record(let secret) = contents {
      try refuseFile(name)
      return secret
    }
    return try optionalSecretFile(name).map { try Self.firstLine(of: $0) }
  }

  /// A file of roots to trust.
  func trustAnchors() throws -> String? {
    try refuseFile("trustAnchors")
    return names.contains("trustAnchors") ? try file("trustAnchors") : nil
  }

  // MARK: Notes

  /// Something that works and is weak.
  func warn(_ name: String, _ what: String) { notes.warn(error(name, what).description) }
}

/// Scheme, host and port of a URL that has nothing odd in it.
struct WebURL {
  let isEncrypted: Bool
  let host: String
  let hasQuery: Bool

  init?(_ text: String) {
    guard text.utf8.allSatisfy(Self.isURICharacter), let parts = URLComponents(string: text),
      let scheme = parts.scheme?.lowercased(), ["https", "http"].contains(scheme),
      text.dropFirst(scheme.count).hasPrefix("://"), let host = parts.host?.lowercased(), Self.isHost(host),
      parts.user == nil, parts.password == nil, parts.fragment == nil, parts.port.map({ 1...65535 ~= $0 }) ?? true
    else { return nil }
    isEncrypted = scheme == "https"
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    hasQuery = parts.query != nil
  }

  var isOnThisMachine: Bool { host == "localhost" || AddressBlock(host)?.isLoopback == true }

  /// RFC 3986 §2, and the sign of percent-encoding.
  static func isURICharacter(_ octet: UInt8) -> Bool { uriCharacters.contains(octet) }

  private static let uriCharacters = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'()*+,;=%".utf8)

  /// A name (RFC 1123 §2.1; underscores are seen), or an address.
  private static func isHost(_ host: String) -> Bool {
    if host.hasPrefix("[") { return host.hasSuffix("]") && AddressBlock(String(host.dropFirst().dropLast())) != nil }
    if host.contains(":") { return AddressBlock(host) != nil }
    let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return labels.allSatisfy { label in
      1...63 ~= label.count && label.allSatisfy { hostCharacters.contains($0) } && label.first != UInt8(ascii: "-")
        && label.last != UInt8(ascii: "-")
    }
  }

  private static let hostCharacters = Set("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
