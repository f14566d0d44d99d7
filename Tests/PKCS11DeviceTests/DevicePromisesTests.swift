import PKCS11Device
import TestSupport
import Testing
import TokenSupport

/// A kind of device, all of which promise the same.
enum DeviceKind: String, CaseIterable, CustomTestStringConvertible {
  case software, token

  var testDescription: String { rawValue }

  var device: DevicePromise.Device {
    switch self {
    case .software: SoftwareDevice()
    case .token: TestToken.shared.device
    }
  }
}

@Suite("Devices", .timeLimit(.minutes(2)))
struct DevicePromisesTests {
  @Test("a device keeps its promises", arguments: DeviceKind.allCases, DevicePromise.all)
  func promises(kind: DeviceKind, promise: DevicePromise) async throws { try await promise.check(kind.device) }
}
