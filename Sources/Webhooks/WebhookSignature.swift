internal import Crypto
internal import Octets
internal import Registry

extension Secret {
  /// The value of the header `Countersign-Signature`: `t=<unix seconds>,v1=<hex>`, where the second is HMAC-SHA-256
  /// over `<t>.<body>`. The time is covered so that the receiver can refuse old calls.
  func signature(of body: [UInt8], at time: Int64) -> String {
    var mac = HMAC<SHA256>(key: SymmetricKey(data: octets))
    mac.update(data: Array("\(time).".utf8))
    mac.update(data: body)
    return "t=\(time),v1=" + Hex.encode(mac.finalize())
  }
}
