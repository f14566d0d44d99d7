internal import Crypto
internal import Foundation
internal import Octets
internal import WireJSON

/// The messenger of the sandbox's partner: takes the gateway's messages and shows them to any caller, instead of
/// sending them to telephones.
actor Messages {
  /// Older ones go.
  private static let most = 1000
  /// Seconds by which the time in a signature may differ from now.
  private static let tolerance: Int64 = 300

  private let secret: String?
  private var received: [JSONValue] = []

  init(secret: String?) { self.secret = secret }

  /// Newest last.
  func list() -> JSONValue { .array(received) }

  /// - Parameter signature: the header `Countersign-Signature`.
  /// - Returns: whether the message was taken; only signed ones are.
  func receive(_ body: [UInt8], signature: String, now: Int64) -> Bool {
    guard isGood(signature, body, now), let message = try? JSONValue.parse(body, limits: .answer),
      let id = message.object?["id"]
    else {
      return false
    }
    // An attempt that was repeated because our answer was lost.
    if received.contains(where: { $0.object?["id"] == id }) { return true }
    received.append(message)
    received.removeFirst(max(0, received.count - Self.most))
    return true
  }

  private func isGood(_ signature: String, _ body: [UInt8], _ now: Int64) -> Bool {
    guard let secret else { return false }
    var parts: [Substring: Substring] = [:]
    for part in signature.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { parts[pair[0]] = pair[1] }
    }
    guard let time = parts["t"].flatMap({ Int64($0) }), abs(now - time) <= Self.tolerance,
      let mac = parts["v1"].flatMap({ Hex.decodeAnyCase($0) })
    else {
      return false
    }
    let signed = Array("\(time).".utf8) + body
    return HMAC<SHA256>.isValidAuthenticationCode(
      mac, authenticating: signed, using: SymmetricKey(data: Data(secret.utf8)))
  }
}
