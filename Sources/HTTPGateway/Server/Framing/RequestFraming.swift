internal import NIOCore
internal import NIOHTTP1

/// An event from `RequestFraming` to the handlers after the decoder.
enum FramingEvent {
  /// The connection's next message is refused; nothing comes after it.
  case refused(FramingRefusal)
  /// So many messages have been passed on as a whole.
  case passed(Int)
}

/// The first reader of an HTTP/1 connection: passes on messages that can be read in one way only, and refuses others.
///
/// NIO's decoder behind it reads the same octets. Where the two find different ends of messages, `RequestGate` closes.
final class RequestFraming: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// Octets of a head. NIO's own limit.
  static let largestHead = 80 << 10

  private enum State {
    case head
    case body(left: Int)
    case chunks(ChunkScanner)
    /// No further message is read: the last one was refused, or said that it is the last.
    case over
  }

  private var state = State.head
  private var isLast = false
  private var head = HeadReader()
  private var held = ByteBuffer()
  private var passed = 0
  private var told = 0

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var input = unwrapInboundIn(data)
    if held.readableBytes == 0 { held = input } else { held.writeBuffer(&input) }
    do {
      while held.readableBytes > 0, try passOn(context) {}
    } catch let refusal as FramingRefusal {
      end()
      context.fireUserInboundEventTriggered(FramingEvent.refused(refusal))
    } catch {
      // Its head is with the responder already.
      end()
      context.fireErrorCaught(HTTPParserError.invalidChunkSize)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if told != passed {
      told = passed
      context.fireUserInboundEventTriggered(FramingEvent.passed(passed))
    }
    context.fireChannelReadComplete()
  }

  /// False if more octets must come first.
  private func passOn(_ context: ChannelHandlerContext) throws -> Bool {
    switch state {
    case .head:
      guard let found = try head.read(&held) else { return false }
      isLast = found.isLast
      pass(context, context.channel.allocator.buffer(bytes: found.octets))
      switch found.body {
      case .none, .length(0): endMessage()
      case .length(let length): state = .body(left: length)
      case .chunked: state = .chunks(ChunkScanner())
      }
    case .body(let left):
      guard let part = held.readSlice(length: min(left, held.readableBytes)) else { return false }
      pass(context, part)
      if part.readableBytes == left { endMessage() } else { state = .body(left: left - part.readableBytes) }
    case .chunks(var scanner):
      let count = try held.withUnsafeReadableBytes { try scanner.scan($0) }
      if let part = held.readSlice(length: count) { pass(context, part) }
      if scanner.isDone { endMessage() } else { state = .chunks(scanner) }
    case .over: held.clear()
    }
    return true
  }

  private func pass(_ context: ChannelHandlerContext, _ octets: ByteBuffer) {
    context.fireChannelRead(wrapInboundOut(octets))
  }

  private func endMessage() {
    passed += 1
    state = isLast ? .over : .head
  }

  private func end() {
    state = .over
    held.clear()
  }
}

/// Collects the head of a request, line by line, so that what is wrong is known as soon as it has come.
struct HeadReader {
  private var line: RequestLine?
  /// Octets that were looked at, and where the current line and the first field line begin.
  private var scanned = 0
  private var lineStart = 0
  private var fieldsStart = 0

  /// Takes a whole head out of what has come. Nil if it is not whole.
  mutating func read(_ input: inout ByteBuffer) throws(FramingRefusal) -> RequestHead? {
    while let end = try nextLine(input) {
      let content = lineStart..<(end - 2)
      lineStart = end
      guard end <= RequestFraming.largestHead else { throw .headTooLarge }
      guard content.isEmpty else {
        guard line == nil else { continue }
        line = try RequestLine(Self.octets(input, content))
        fieldsStart = end
        continue
      }
      // RFC 9112 §2.2: an empty line before a request does not count.
      guard let line else { continue }
      let head = try RequestHead(line, fields: Self.octets(input, fieldsStart..<content.lowerBound))
      input.moveReaderIndex(forwardBy: end)
      self = HeadReader()
      return head
    }
    guard input.readableBytes <= RequestFraming.largestHead else { throw line == nil ? .targetTooLong : .headTooLarge }
    return nil
  }

  private static func octets(_ input: ByteBuffer, _ range: Range<Int>) -> ArraySlice<UInt8> {
    (input.getBytes(at: input.readerIndex + range.lowerBound, length: range.count) ?? [])[...]
  }

  /// Finds the end of the line that has not been looked at to its end; nil if its end has not come.
  private mutating func nextLine(_ input: ByteBuffer) throws(FramingRefusal) -> Int? {
    let (from, start, isFirst) = (scanned, lineStart, line == nil)
    let found: (at: Int, isEnd: Bool, refusal: FramingRefusal?) = input.withUnsafeReadableBytes { octets in
      var at = from
      var isAfterCR = at > start && octets[at - 1] == OctetClass.cr
      while at < octets.count {
        let octet = octets[at]
        at += 1
        if octet == OctetClass.lf { return (at, isAfterCR, isAfterCR ? nil : .lineEnd) }
        guard !isAfterCR else { return (at, false, .lineEnd) }
        if OctetClass.isForbidden(octet) { return (at, false, isFirst ? .requestLine : .fieldLine) }
        isAfterCR = octet == OctetClass.cr
      }
      return (at, false, nil)
    }
    scanned = found.at
    if let refusal = found.refusal { throw refusal }
    return found.isEnd ? found.at : nil
  }
}
