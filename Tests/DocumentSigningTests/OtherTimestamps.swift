import OpenSSLPKI
import TestSupport
import TimestampAuthority
import Vocabulary

/// Time-stamping authorities that are not the one of the tests' service.
enum OtherTimestamps {
  /// With another certificate under the same root.
  ///
  /// - Parameter waitingLine: requests that may wait.
  static func signer(waitingLine: Int = 500) throws -> DeviceTimestampSigner {
    let device = TestDevice.shared
    let chain = try device.authority.issueTimestampAuthority(
      keyLabel: DeviceTimestampSigner.standardLabel, organization: "Other",
      serial: (0..<16).map { _ in UInt8.random(in: 1...127) }, now: TestClock().now, days: 30)
    return try DeviceTimestampSigner(
      keys: device.keys, keyLabel: DeviceTimestampSigner.standardLabel, chainPEM: chain, waitingLine: waitingLine)
  }

  /// The real authority, whose line is full when it is asked whose a token is.
  struct Busy: TimestampSigner {
    private let real = TestDevice.shared.timestampSigner
    var chain: [[UInt8]] { real.chain }
    var trustAnchors: [[UInt8]] { real.trustAnchors }
    var validity: ClosedRange<UnixTime> { real.validity }

    func sign(_ content: TimestampContent) async throws(TimestampError) -> [UInt8] { try await real.sign(content) }
    func isOwn(_ token: [UInt8], for request: TimestampRequest) async throws(TimestampError) -> Bool { throw .busy }
    func isGenuine(_ token: [UInt8], for request: TimestampRequest) async -> Bool {
      await real.isGenuine(token, for: request)
    }
  }
}
