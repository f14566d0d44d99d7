/// A file of text that a person has written.
public enum TextFile {
  /// The first line that is not empty: what a file with one secret holds. A line ends with LF or CR LF; a byte order
  /// mark is no part of the text. Nil if there is none, or if it is no UTF-8.
  public static func firstLine(_ octets: [UInt8]) -> String? {
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    let text = octets.starts(with: mark) ? octets[mark.count...] : octets[...]
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      guard line.isEmpty else { return String(validating: line, as: UTF8.self) }
    }
    return nil
  }
}
