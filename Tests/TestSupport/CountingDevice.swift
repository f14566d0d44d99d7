public import SoleControl
import Synchronization

/// The device, and how often it was asked for MACs.
public final class CountingDevice: SigningDevice {
  private let device = TestDevice.shared.device
  private let count = Mutex(0)

  public init() {}

  public var macs: Int { count.withLock { $0 } }

  public func authenticationCodes(
    _ messages: [(key: MACKey, message: [UInt8])]
  ) async throws(DeviceError) -> [[UInt8]] {
    count.withLock { $0 += 1 }
    return try await device.authenticationCodes(messages)
  }

  public func oneTimeCodes(_ secret: WrappedKey, messages: [[UInt8]]) async throws(DeviceError) -> [[UInt8]] {
    try await device.oneTimeCodes(secret, messages: messages)
  }

  public func random(count: Int) async throws(DeviceError) -> [UInt8] { try await device.random(count: count) }

  public func sign(_ order: consuming SigningOrder) async throws(DeviceError) -> [UncheckedSignature] {
    try await device.sign(order)
  }
}
