/// Frames of HTTP/2 (RFC 9113 §4.1).
enum Frame {
  static let hello = hello(window: 65535)

  static func hello(window: UInt32) -> [UInt8] {
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
      + frame(4, [0, 4] + withUnsafeBytes(of: window.bigEndian, Array.init))
  }

  static func frame(_ kind: UInt8, _ payload: [UInt8], flags: UInt8 = 0, stream: UInt32 = 0) -> [UInt8] {
    withUnsafeBytes(of: UInt32(payload.count).bigEndian, Array.init).dropFirst() + [kind, flags]
      + withUnsafeBytes(of: stream.bigEndian, Array.init) + payload
  }

  /// A head without table and Huffman code (RFC 7541 §6.2.2); 2 and 3 are GET and POST, 7 is https.
  static func head(_ path: String, isPost: Bool = false) -> [UInt8] {
    [isPost ? 0x83 : 0x82, 0x87, 0x04, UInt8(path.utf8.count)] + Array(path.utf8) + [0x01, 4] + Array("test".utf8)
  }

  static func ask(_ path: String, stream: UInt32) -> [UInt8] { frame(1, head(path), flags: 5, stream: stream) }

  /// Kind, flags, stream and payload of the whole frames in what a server sent.
  static func all(in octets: [UInt8]) -> [(kind: UInt8, flags: UInt8, stream: UInt32, payload: ArraySlice<UInt8>)] {
    var frames: [(kind: UInt8, flags: UInt8, stream: UInt32, payload: ArraySlice<UInt8>)] = []
    var rest = octets[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 9 + length else { break }
      let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      frames.append((head[3], head[4], stream, rest.dropFirst(9).prefix(length)))
      rest = rest.dropFirst(9 + length)
    }
    return frames
  }
}
