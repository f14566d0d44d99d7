import Octets

/// The last signature in a PDF file (ISO 32000-1 §12.8.1): its CMS, and the octets that it covers.
struct PDFSignature {
  let cms, content: [UInt8]

  /// Nil without a signature dictionary whose `ByteRange` leaves out exactly its `Contents`.
  init?(_ file: [UInt8]) {
    let name = Array("/ByteRange".utf8)
    guard file.starts(with: Array("%PDF-".utf8)),
      let start = file.indices.reversed().first(where: { file[$0...].starts(with: name) }),
      let open = file[start...].firstIndex(of: UInt8(ascii: "[")),
      let close = file[open...].firstIndex(of: UInt8(ascii: "]")), close - open < 100
    else { return nil }
    let range = String(decoding: file[(open + 1)..<close], as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .compactMap { Int($0) }
    guard range.count == 4, range.allSatisfy({ (0...file.count).contains($0) }), range[0] == 0,
      range[1] <= range[2], range[2] + range[3] == file.count
    else { return nil }
    let hole = file[range[1]..<range[2]]
    guard hole.first == UInt8(ascii: "<"), hole.last == UInt8(ascii: ">"),
      let padded = Hex.decodeAnyCase(String(decoding: hole.dropFirst().dropLast(), as: UTF8.self)),
      let length = Self.length(padded)
    else { return nil }
    cms = Array(padded.prefix(length))
    content = Array(file[..<range[1]] + file[range[2]...])
  }

  /// Of the DER sequence at the beginning; zeros fill the rest.
  private static func length(_ octets: [UInt8]) -> Int? {
    guard octets.count > 6, octets[0] == 0x30 else { return nil }
    guard octets[1] >= 0x80 else { return 2 + Int(octets[1]) }
    let count = Int(octets[1] & 0x7f)
    guard (1...4).contains(count) else { return nil }
    let length = octets[2..<(2 + count)].reduce(0) { $0 << 8 | Int($1) } + 2 + count
    return length <= octets.count ? length : nil
  }
}
