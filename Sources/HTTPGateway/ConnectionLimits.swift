/// What a client may take of a listener without saying anything useful.
///
/// The head of a request must be complete before the connection counts as idle: its octets alone do not prolong it.
public struct ConnectionLimits: Sendable {
  /// Connections of a listener at a time; more wait in the system's own line until one ends.
  public var connections: Int
  /// How long a connection may be without a request, or take for a request's head.
  public var idle: Duration
  /// How long TLS may take to begin.
  public var handshake: Duration
  /// The window in which a body must bring `bodyOctets`, or be complete. Time in which the gateway does not read is not
  /// the client's.
  public var bodyWindow: Duration
  /// Octets per `bodyWindow`.
  public var bodyOctets: Int
  /// How long a body may take as a whole.
  public var wholeBody: Duration

  public init(
    connections: Int = 2000, idle: Duration = .seconds(60), handshake: Duration = .seconds(10),
    bodyWindow: Duration = .seconds(15), bodyOctets: Int = 16 << 10, wholeBody: Duration = .seconds(600)
  ) {
    self.connections = connections
    self.idle = idle
    self.handshake = handshake
    self.bodyWindow = bodyWindow
    self.bodyOctets = bodyOctets
    self.wholeBody = wholeBody
  }
}
