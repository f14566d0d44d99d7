internal import Crypto
internal import Octets

/// Secret that gateway and partner share, so that the partner knows that a call comes from the gateway. Does not show
/// its octets in any text.
public struct WebhookSecret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  private let octets: [UInt8]

  public init(_ text: String) { octets = Array(text.utf8) }

  public var description: String { "(webhook secret)" }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// The value of the header `Countersign-Signature`: `t=<unix seconds>,v1=<hex>`, where the second is HMAC-SHA-256
  /// over `<t>.<body>`. The time is covered so that the receiver can refuse old calls.
  func signature(of body: [UInt8], at time: Int64) -> String {
    var mac = HMAC<SHA256>(key: SymmetricKey(data: octets))
    mac.update(data: Array("\(time).".utf8))
    mac.update(data: body)
    return "t=\(time),v1=" + Hex.encode(mac.finalize())
  }
}
