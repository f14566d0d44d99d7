/// The work of a device at one moment, for its operator.
public struct DeviceLoad: Sendable, Equatable {
  /// Sessions, and those of them that work.
  public let sessions, busy: Int
  /// Calls that wait for a session.
  public let waiting: Int
  /// Unwrapped keys in the device.
  public let liveKeys: Int
}

extension Device {
  public var load: DeviceLoad {
    let load = pool.load
    return DeviceLoad(sessions: pool.size, busy: load.busy, waiting: load.waiting, liveKeys: liveKeys.count)
  }
}
