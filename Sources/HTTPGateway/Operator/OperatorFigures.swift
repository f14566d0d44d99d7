public import AuditLog
public import Throttling
public import Vocabulary

/// All that the operator's page shows, at one moment. A part that cannot be found out is nil. No person, no credential
/// and no secret is named in it.
public struct OperatorFigures: Sendable {
  public struct Log: Sendable {
    /// Entries that are recorded, and those that the newest checkpoint covers.
    public var entries, size: Int64
    /// When the newest checkpoint was signed; nil before the first.
    public var signed: UnixMilliseconds?
    /// When the first entry that it does not cover was recorded; nil if there is none, or that is not known.
    public var waitingSince: UnixMilliseconds?

    public init(
      entries: Int64, size: Int64, signed: UnixMilliseconds?, waitingSince: UnixMilliseconds? = nil
    ) {
      self.entries = entries
      self.size = size
      self.signed = signed
      self.waitingSince = waitingSince
    }
  }

  /// A party that cosigns checkpoints.
  public struct Witness: Sendable {
    public var name: String
    /// Of the newest checkpoint that it cosigned, and when; nil if there is none.
    public var size: Int64?
    public var time: UnixMilliseconds?
    /// Whether the store could be asked for them.
    public var isReadable: Bool

    public init(name: String, size: Int64?, time: UnixMilliseconds?, isReadable: Bool = true) {
      self.name = name
      self.size = size
      self.time = time
      self.isReadable = isReadable
    }
  }

  /// A part that works or does not.
  public enum Part: Sendable, Hashable {
    /// `rows`: those of the database, as the gateways left them.
    case reading, writing, rows, tree, checkpointFile, stamps, device, clock
    case provider(String), witness(String)
  }

  public struct Outage: Sendable {
    public var part: Part
    /// In words for an operator.
    public var reason: String
    public var began: UnixMilliseconds
    /// Nil: it is still on.
    public var ended: UnixMilliseconds?

    public init(part: Part, reason: String, began: UnixMilliseconds, ended: UnixMilliseconds?) {
      self.part = part
      self.reason = reason
      self.began = began
      self.ended = ended
    }
  }

  public struct Device: Sendable {
    public var module, token: String
    public var sessions, busy, waiting, mostWaiting, liveKeys, mostLiveKeys: Int

    public init(
      module: String, token: String, sessions: Int, busy: Int, waiting: Int, mostWaiting: Int, liveKeys: Int,
      mostLiveKeys: Int
    ) {
      self.module = module
      self.token = token
      self.sessions = sessions
      self.busy = busy
      self.waiting = waiting
      self.mostWaiting = mostWaiting
      self.liveKeys = liveKeys
      self.mostLiveKeys = mostLiveKeys
    }
  }

  public struct Process: Sendable {
    public var service, instance: String
    /// When it started.
    public var started: UnixMilliseconds
    /// When the program's file was made; nil if that is not known.
    public var built: UnixMilliseconds?

    public init(service: String, instance: String, started: UnixMilliseconds, built: UnixMilliseconds?) {
      self.service = service
      self.instance = instance
      self.started = started
      self.built = built
    }
  }

  /// The moment.
  public var now: UnixMilliseconds
  public var log: Log?
  /// Reason why the tree has stopped for good; nil while it has not.
  public var stopped: String?
  /// Whether that is because a witness has seen another log.
  public var isForked = false
  /// Path of the file that keeps the checkpoint.
  public var checkpointFile: String
  public var witnesses: [Witness] = []
  public var activity = ActivityCounter.Activity()
  /// Those that are on, and the last ones that are over; the newest first.
  public var outages: [Outage] = []
  public var holds: HoldCounts?
  public var device: Device
  public var process: Process

  public init(now: UnixMilliseconds, checkpointFile: String, device: Device, process: Process) {
    self.now = now
    self.checkpointFile = checkpointFile
    self.device = device
    self.process = process
  }
}
