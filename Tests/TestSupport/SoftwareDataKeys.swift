import Crypto
public import Enrolment
public import SoleControl

extension SoftwareDevice: DataKeyDevice {
  public func makeDataKey() async throws(DeviceError) -> WrappedKey { try wrap(try await random(count: 32), .secret) }

  public func dataKeys(_ secrets: [WrappedKey], for purpose: String) async throws(DeviceError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    for secret in secrets {
      let key = SymmetricKey(data: try unwrap(secret, .secret))
      keys.append(Array(HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: key)))
    }
    return keys
  }
}
