/// First messages of handshakes that TLS libraries no longer make, so that it can be seen that a server refuses
/// them.
enum ClientHello {
  enum Version {
    case ssl2, ssl3, tls10

    var name: String {
      switch self {
      case .ssl2: "SSLv2"
      case .ssl3: "SSLv3"
      case .tls10: "TLS 1.0"
      }
    }
  }

  /// RSA, DHE and ECDHE with AES or 3DES, which any server of that time had.
  private static let suites: [UInt8] = [
    0xc0, 0x09, 0xc0, 0x0a, 0xc0, 0x13, 0xc0, 0x14, 0x00, 0x2f, 0x00, 0x35, 0x00, 0x33, 0x00, 0x39, 0x00, 0x0a,
  ]

  static func octets(_ version: Version, host: String, random: (Int) -> [UInt8]) -> [UInt8] {
    switch version {
    case .ssl2: ssl2(random(16))
    case .ssl3: record([3, 0], hello([3, 0], random(32), extensions: []))
    // RFC 2246; the extensions (RFC 6066, RFC 8422) are what real clients of TLS 1.0 sent.
    case .tls10: record([3, 1], hello([3, 1], random(32), extensions: serverName(host) + curves))
    }
  }

  /// Whether the server answered with a hello of its own in that version.
  static func isAccepted(_ answer: [UInt8], _ version: Version) -> Bool {
    switch version {
    // Two octets of length, message type 4.
    case .ssl2: answer.count > 2 && answer[0] & 0x80 != 0 && answer[2] == 4
    case .ssl3: answer.count > 10 && answer[0] == 22 && answer[5] == 2 && answer[9...10] == [3, 0]
    case .tls10: answer.count > 10 && answer[0] == 22 && answer[5] == 2 && answer[9...10] == [3, 1]
    }
  }

  private static func ssl2(_ challenge: [UInt8]) -> [UInt8] {
    let ciphers: [UInt8] = [1, 0, 0x80, 7, 0, 0xc0, 2, 0, 0x80]
    let message = [1, 0, 2] + length(ciphers.count) + [0, 0] + length(challenge.count) + ciphers + challenge
    return [0x80, UInt8(message.count)] + message
  }

  private static func hello(_ version: [UInt8], _ random: [UInt8], extensions: [UInt8]) -> [UInt8] {
    var body = version + random + [0] + length(suites.count) + suites + [1, 0]
    if !extensions.isEmpty { body += length(extensions.count) + extensions }
    return [1, 0] + length(body.count) + body
  }

  private static func record(_ version: [UInt8], _ message: [UInt8]) -> [UInt8] {
    [22] + version + length(message.count) + message
  }

  private static func serverName(_ host: String) -> [UInt8] {
    // An address is no server name.
    guard host.contains(where: \.isLetter), !host.contains(":") else { return [] }
    let name = Array(host.utf8)
    return [0, 0] + length(name.count + 5) + length(name.count + 3) + [0] + length(name.count) + name
  }

  /// secp256r1, secp384r1; uncompressed points.
  private static let curves: [UInt8] = [0, 10, 0, 6, 0, 4, 0, 23, 0, 24, 0, 11, 0, 2, 1, 0]

  private static func length(_ count: Int) -> [UInt8] { [UInt8(count >> 8), UInt8(count & 255)] }
}
