/// Limits for a client that says or takes nothing useful on a listener. Every wait for a client has its end here.
///
/// The head of a request must be complete before the connection counts as busy: its octets alone do not prolong it, and
/// neither do frames of HTTP/2 that ask for nothing (PING, SETTINGS, WINDOW_UPDATE).
public struct ConnectionLimits: Sendable {
  /// Connections of a listener at a time; what comes then is closed at once.
  public var connections: Int
  /// Connections of one address (IPv6: of one /64 network), likewise. The addresses of a trusted proxy are exempt,
  /// because everybody's connections come from there.
  public var connectionsPerAddress: Int
  /// Longest time of a connection without a request, or for a request's head.
  public var idle: Duration
  /// Longest time of the TLS handshake.
  public var handshake: Duration
  /// The window in which a body must bring `bodyOctets`, or be complete. Time in which the gateway does not read is not
  /// the client's.
  public var bodyWindow: Duration
  /// Octets per `bodyWindow`.
  public var bodyOctets: Int
  /// Longest time of a whole body.
  public var wholeBody: Duration
  /// The window in which the client must take `answerOctets` of what waits for it, or all.
  public var answerWindow: Duration
  /// Octets per `answerWindow`.
  public var answerOctets: Int
  /// Longest time of a whole answer.
  public var wholeAnswer: Duration
  /// Time for which a connection stays that was told to end (GOAWAY, `Connection: close`), and how long the rest of a
  /// body is listened to whose request is answered (HTTP/2).
  public var closing: Duration
  /// Age at which a connection is told to end. Requests under way then are still answered.
  public var age: Duration

  /// - Parameter connectionsPerAddress: nil for a quarter of all, but eight at least: a browser opens six.
  public init(
    connections: Int = 2000, connectionsPerAddress: Int? = nil, idle: Duration = .seconds(60),
    handshake: Duration = .seconds(10), bodyWindow: Duration = .seconds(15), bodyOctets: Int = 16 << 10,
    wholeBody: Duration = .seconds(600), answerWindow: Duration = .seconds(15), answerOctets: Int = 16 << 10,
    wholeAnswer: Duration = .seconds(600), closing: Duration = .seconds(5), age: Duration = .seconds(3600)
  ) {
    self.connections = connections
    self.connectionsPerAddress = connectionsPerAddress ?? max(connections / 4, 8)
    self.idle = idle
    self.handshake = handshake
    self.bodyWindow = bodyWindow
    self.bodyOctets = bodyOctets
    self.wholeBody = wholeBody
    self.answerWindow = answerWindow
    self.answerOctets = answerOctets
    self.wholeAnswer = wholeAnswer
    self.closing = closing
    self.age = age
  }

  /// Time between two looks at a connection: short enough that no limit is passed by more than half of the shortest.
  var interval: Duration { max(min(idle, answerWindow, closing, age) / 2, .milliseconds(20)) }
}
