public import SoleControl

/// The part of the device that makes the keys of personal data.
public protocol DataKeyDevice: Sendable {
  /// Makes a secret in the device, which exists outside only wrapped.
  func makeDataKey() async throws(DeviceError) -> WrappedKey

  /// Keys for a purpose: HMAC-SHA-256 of its name under each of the secrets, computed in the device.
  ///
  /// - Returns: 32 octets each, in the order of the secrets.
  func dataKeys(_ secrets: [WrappedKey], for purpose: String) async throws(DeviceError) -> [[UInt8]]

  /// Octets from the device's random generator.
  func random(count: Int) async throws(DeviceError) -> [UInt8]
}
