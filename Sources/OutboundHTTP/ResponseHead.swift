/// Status line and headers of an answer, as libcurl hands them over line by line.
struct ResponseHead {
  private(set) var version = ""
  private(set) var headers: [(name: String, value: String)] = []
  /// Octets so far.
  private(set) var size = 0

  mutating func read(_ line: String) {
    size += line.utf8.count
    if line.hasPrefix("HTTP/") {
      // An interim answer (100) may have come before.
      version = String(line.dropFirst(5).prefix { $0 != " " })
      headers = []
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[colon...].dropFirst().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    headers.append((String(line[..<colon]), value))
  }
}
