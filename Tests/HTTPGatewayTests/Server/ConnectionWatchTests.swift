import NIOCore
import NIOEmbedded
import NIOTLS
import Testing

@testable import HTTPGateway

/// Times of connections, on a clock that the test moves.
@Suite("Times of connections", .timeLimit(.minutes(5)))
struct ConnectionWatchTests {
  /// A connection is looked at every 2.5 s by these.
  private static let limits = ConnectionLimits(
    idle: .seconds(60), wholeBody: .seconds(600), answerWindow: .seconds(15), answerOctets: 1000,
    wholeAnswer: .seconds(600), closing: .seconds(5), age: .seconds(3600))

  /// Remembers that the connection was told to end.
  private final class Told: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var toEnd = false
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event is ChannelShouldQuiesceEvent { toEnd = true }
    }
  }

  private struct Connection {
    let channel: EmbeddedChannel
    let watch = ConnectionWatch(limits, Peer(nil, nil))
    let told = Told()

    init(isHTTP1: Bool) throws {
      channel = EmbeddedChannel(handlers: [watch, told])
      watch.add(ExchangeWatch(limits), isHTTP1: isHTTP1)
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    var isOpen: Bool { channel.isActive }
    func advance(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }
  }

  @Test("a connection of HTTP/1.1 that asks for nothing is closed; requests keep it, octets do not")
  func idleHTTP1() throws {
    let connection = try Connection(isHTTP1: true)
    connection.watch.requestBegan()
    connection.advance(600)
    #expect(connection.isOpen)
    connection.watch.requestEnded()
    for _ in 0..<5 {
      connection.advance(11)
      try connection.channel.writeInbound(ByteBuffer(string: "GET"))
    }
    #expect(connection.isOpen)
    connection.advance(8)
    #expect(!connection.isOpen)
  }

  @Test("a connection of HTTP/2 that asks for nothing is told to go, and closed some seconds later")
  func idleHTTP2() throws {
    let connection = try Connection(isHTTP1: false)
    for _ in 0..<5 {
      connection.advance(11)
      try connection.channel.writeInbound(ByteBuffer(string: "PING"))
    }
    #expect(connection.isOpen && !connection.told.toEnd)
    connection.advance(8)
    #expect(connection.isOpen && connection.told.toEnd)
    connection.advance(8)
    #expect(!connection.isOpen)
  }

  @Test("an old connection is told to end; what is under way is answered, and takes no longer than an answer may")
  func age() throws {
    for answersIn in [600, nil] as [Int64?] {
      let connection = try Connection(isHTTP1: false)
      connection.watch.requestBegan()
      connection.advance(3595)
      #expect(!connection.told.toEnd && !connection.watch.takesNoMore)
      connection.advance(10)
      #expect(connection.told.toEnd && connection.isOpen)
      connection.advance(5)
      #expect(connection.watch.takesNoMore)
      if let answersIn {
        connection.advance(answersIn)
        connection.watch.requestEnded()
        #expect(connection.isOpen)
        connection.advance(3)
      } else {
        connection.advance(1180)
        #expect(connection.isOpen)
        connection.advance(20)
      }
      #expect(!connection.isOpen)
    }
  }

  @Test("octets that wait for a client must be taken at their pace", arguments: [true, false])
  func answers(isTaken: Bool) throws {
    let connection = try Connection(isHTTP1: false)
    connection.watch.requestBegan()
    for _ in 0..<10 {
      connection.channel.write(ByteBuffer(repeating: 0, count: 5000), promise: nil)
      connection.advance(10)
      guard isTaken else { continue }
      connection.channel.flush()
    }
    #expect(connection.isOpen == isTaken)
  }

  @Test("TLS that does not begin in time ends the connection; one that began stays", arguments: [true, false])
  func handshake(isDone: Bool) throws {
    let channel = EmbeddedChannel(handler: HandshakeDeadline(.seconds(10)))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    channel.embeddedEventLoop.advanceTime(by: .seconds(9))
    #expect(channel.isActive)
    if isDone {
      channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
    }
    channel.embeddedEventLoop.advanceTime(by: .seconds(100))
    #expect(channel.isActive == isDone)
  }
}
