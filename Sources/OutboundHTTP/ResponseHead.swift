/// Status line and headers of an answer, as libcurl hands them over line by line.
struct ResponseHead {
  private(set) var version = ""
  private(set) var headers: [(name: String, value: String)] = []
  /// Octets so far.
  private(set) var size = 0

  mutating func read(_ line: String) {
    size += line.utf8.count
    if line.utf8.starts(with: "HTTP/".utf8) {
      // An interim answer (100) may have come before.
      version = String(decoding: line.utf8.dropFirst(5).prefix { !Self.isBlank($0) }, as: UTF8.self)
      headers = []
      return
    }
    guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
    let words = line.utf8[colon...].dropFirst().split(whereSeparator: Self.isBlank)
    let value = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    headers.append((String(line[..<colon]), value))
  }

  /// CR and LF too, which end the line.
  private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0d).contains(octet) }
}
