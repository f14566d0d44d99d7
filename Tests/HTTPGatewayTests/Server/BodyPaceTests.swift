import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import HTTPGateway

/// The pace of a body, on a clock that the test moves.
@Suite("Pace of bodies", .timeLimit(.minutes(5)))
struct BodyPaceTests {
  private static let limits = ConnectionLimits(bodyWindow: .seconds(20), bodyOctets: 2, wholeBody: .seconds(2000))

  /// A connection on which the head of a request has come, with a body to follow.
  private func begun() throws -> EmbeddedChannel {
    let channel = EmbeddedChannel(handler: SlowBodyHandler(Self.limits))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    channel.read()
    try channel.writeInbound(
      HTTPRequestPart.head(HTTPRequest(method: .post, scheme: "http", authority: "test", path: "/")))
    return channel
  }

  @Test("a body that keeps the pace is read, over any number of windows; one that falls behind ends the connection")
  func steady() throws {
    let channel = try begun()
    for _ in 0..<50 {
      channel.read()
      try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(bytes: [1, 2])))
      channel.read()
      channel.embeddedEventLoop.advanceTime(by: .seconds(20))
      #expect(channel.isActive)
    }
    try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(bytes: [1])))
    channel.read()
    channel.embeddedEventLoop.advanceTime(by: .seconds(19))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test("a body that keeps the pace and does not end, ends the connection when its time is over")
  func endless() throws {
    let channel = try begun()
    for window in 1...100 {
      channel.read()
      try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(bytes: [1, 2])))
      channel.read()
      channel.embeddedEventLoop.advanceTime(by: .seconds(20))
      #expect(channel.isActive == (window < 100))
    }
  }

  @Test("who is not asked for more is not slow, and a body that has come needs no pace")
  func notAsked() throws {
    let channel = try begun()
    channel.embeddedEventLoop.advanceTime(by: .seconds(100))
    #expect(channel.isActive)
    channel.read()
    try channel.writeInbound(HTTPRequestPart.end(nil))
    channel.read()
    channel.embeddedEventLoop.advanceTime(by: .seconds(100))
    #expect(channel.isActive)
  }
}
