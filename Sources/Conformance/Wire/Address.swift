/// An absolute http or https address, as far as a client must look into it (RFC 3986).
struct Address: Equatable {
  var scheme: String
  /// Without the brackets of an IPv6 address.
  var host: String
  var port: Int
  /// Begins with a slash.
  var path: String
  /// After the question mark.
  var query: String?
  private var authority: String

  init?(_ text: some StringProtocol) {
    guard let colon = text.range(of: "://") else { return nil }
    scheme = text[..<colon.lowerBound].lowercased()
    guard ["https", "http"].contains(scheme) else { return nil }
    let rest = text[colon.upperBound...].prefix { $0 != "#" }
    authority = String(rest.prefix { !"/?".contains($0) })
    guard let (host, port) = Self.hostAndPort(authority, scheme) else { return nil }
    self.host = host
    self.port = port
    let parts = rest.dropFirst(authority.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = parts.first?.isEmpty == false ? String(parts[0]) : "/"
    query = parts.count > 1 ? String(parts[1]) : nil
  }

  private static func hostAndPort(_ authority: String, _ scheme: String) -> (String, Int)? {
    var host = Substring(authority)
    var port: Int? = scheme == "https" ? 443 : 80
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      if host[end...].hasPrefix("]:") { port = Int(host[end...].dropFirst(2)) }
      host = host[..<end].dropFirst()
    } else if let colon = host.lastIndex(of: ":") {
      port = Int(host[colon...].dropFirst())
      host = host[..<colon]
    }
    guard let port, 1..<65536 ~= port, !host.isEmpty, !host.contains(where: { $0 == "@" || $0 == " " }) else {
      return nil
    }
    return (String(host), port)
  }

  /// `scheme://host:port`, as it stands in an Origin header.
  var origin: String { "\(scheme)://\(authority)" }

  var text: String { origin + path + (query.map { "?" + $0 } ?? "") }

  /// The same place under another scheme or port.
  func with(scheme: String, port: Int) -> String {
    let host = host.contains(":") ? "[\(host)]" : host
    return "\(scheme)://\(host):\(port)\(path)" + (query.map { "?" + $0 } ?? "")
  }

  /// Resolves a reference on this page; references with other schemes stay as they are.
  func resolve(_ reference: String) -> String {
    let reference = reference.prefix { $0 != "#" }
    if reference.isEmpty { return text }
    if let colon = reference.firstIndex(of: ":"),
      reference[..<colon].allSatisfy({ $0.isLetter || $0.isNumber || "+-.".contains($0) })
    {
      return String(reference)
    }
    if reference.hasPrefix("//") { return "\(scheme):\(reference)" }
    if reference.hasPrefix("/") { return origin + reference }
    if reference.hasPrefix("?") { return origin + path + reference }
    var folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().map(String.init)
    let parts = reference.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    for step in parts[0].split(separator: "/", omittingEmptySubsequences: false) {
      switch step {
      case ".": continue
      case "..": if folder.count > 1 { folder.removeLast() }
      default: folder.append(String(step))
      }
    }
    return origin + folder.joined(separator: "/") + (parts.count > 1 ? "?" + parts[1] : "")
  }
}

extension StringProtocol {
  /// The first place where `text` stands.
  func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
