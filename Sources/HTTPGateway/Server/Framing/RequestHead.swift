/// The head of an HTTP/1 request as far as the framing of the connection goes, and the same head in a form that can be
/// read in one way only.
///
/// Fields for the connection alone end here. `Upgrade` is an offer that we do not take (RFC 9110 §7.8), but for
/// which NIO's decoder would stop reading.
struct RequestHead {
  enum Body: Equatable {
    case none
    case length(Int)
    case chunked
  }

  /// The head as it goes on, with the empty line at its end.
  let octets: [UInt8]
  let body: Body
  /// Whether another request may follow on the connection (RFC 9112 §9.3).
  let isLast: Bool

  /// - Parameters:
  ///   - line: the request's first line.
  ///   - fields: the field lines after it, each with its CR LF, without the empty line at their end.
  init(_ line: RequestLine, fields: ArraySlice<UInt8>) throws(FramingRefusal) {
    var reading = Reading()
    var rest = fields
    while let end = rest.firstIndex(of: OctetClass.lf) {
      try reading.add(rest[..<end].dropLast())
      rest = rest[(end + 1)...]
    }
    body = try reading.body(isVersion10: line.isVersion10)
    isLast = line.isVersion10 || reading.closes
    octets = Self.octets(line, reading.kept, host: try reading.host(for: line), body, isLast: isLast, reading.expects)
  }

  private static func octets(
    _ line: RequestLine, _ kept: [UInt8], host: [UInt8]?, _ body: Body, isLast: Bool, _ expects: [UInt8]
  ) -> [UInt8] {
    var octets: [UInt8] = []
    // More than what is added to the field lines and the target.
    octets.reserveCapacity(kept.count + line.target.count + (host?.count ?? 0) + expects.count + 96)
    octets += line.method.rawValue.utf8
    octets.append(OctetClass.space)
    octets += line.target
    octets += (line.isVersion10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n").utf8
    if let host {
      octets += "Host: ".utf8
      octets += host
      octets += "\r\n".utf8
    }
    octets += kept
    // RFC 9110 §10.1.1: an expectation in an HTTP/1.0 request is ignored.
    if !line.isVersion10 { octets += expects }
    switch body {
    case .none: break
    case .length(let length): octets += "Content-Length: \(length)\r\n".utf8
    case .chunked: octets += "Transfer-Encoding: chunked\r\n".utf8
    }
    if isLast { octets += "Connection: close\r\n".utf8 }
    octets += "\r\n".utf8
    return octets
  }
}

/// State of reading the field lines of a head.
private struct Reading {
  /// NIO's own limit.
  private static let largestCount = 1000

  private var count = 0
  private var hosts: [ArraySlice<UInt8>] = []
  private var lengths: [ArraySlice<UInt8>] = []
  private var codings: [ArraySlice<UInt8>]?
  private(set) var closes = false
  /// Field lines that go on as they are, and those of `Expect`.
  private(set) var kept: [UInt8] = []
  private(set) var expects: [UInt8] = []

  /// - Parameter line: without its CR LF.
  mutating func add(_ line: ArraySlice<UInt8>) throws(FramingRefusal) {
    count += 1
    guard count <= Self.largestCount else { throw .headTooLarge }
    // RFC 9112 §5.2
    guard line.first != OctetClass.space, line.first != OctetClass.tab else { throw .foldedLine }
    // RFC 9112 §5.1: also no whitespace before the colon.
    let name = line.prefix { $0 != OctetClass.colon }
    guard !name.isEmpty, name.endIndex < line.endIndex, name.allSatisfy(OctetClass.isToken) else { throw .fieldLine }
    let value = line[(name.endIndex + 1)...].withoutWhitespace
    if name.isName("host") {
      hosts.append(value)
    } else if name.isName("content-length") {
      lengths.append(value)
    } else if name.isName("transfer-encoding") {
      codings = (codings ?? []) + Self.list(value)
    } else if name.isName("connection") {
      closes = closes || Self.list(value).contains { $0.isName("close") }
    } else if name.isName("expect") {
      Self.append(line, to: &expects)
    } else if !Self.isOfConnection(name) {
      Self.append(line, to: &kept)
    }
  }

  private static func isOfConnection(_ name: ArraySlice<UInt8>) -> Bool {
    name.isName("upgrade") || name.isName("http2-settings") || name.isName("keep-alive")
      || name.isName("proxy-connection")
  }

  private static func append(_ line: ArraySlice<UInt8>, to lines: inout [UInt8]) {
    lines += line
    lines.append(OctetClass.cr)
    lines.append(OctetClass.lf)
  }

  /// RFC 9110 §5.6.1: empty elements do not count.
  private static func list(_ value: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    value.split(separator: UInt8(ascii: ",")).map(\.withoutWhitespace).filter { !$0.isEmpty }
  }

  /// RFC 9112 §6.1 to §6.3.
  func body(isVersion10: Bool) throws(FramingRefusal) -> RequestHead.Body {
    guard let codings else {
      guard let text = lengths.first else { return .none }
      guard lengths.count == 1, !text.isEmpty, text.allSatisfy(OctetClass.isDigit),
        let length = Int(String(decoding: text, as: UTF8.self))
      else { throw .contentLength }
      return .length(length)
    }
    guard !isVersion10 else { throw .transferCodingInVersion10 }
    guard lengths.isEmpty else { throw .transferCodingAndLength }
    // A body that is not chunked at its end has no length that can be told.
    guard let last = codings.last, last.isName("chunked") else { throw .transferCoding }
    guard let other = codings.dropLast().first else { return .chunked }
    throw other.prefix { $0 != UInt8(ascii: ";") }.isName("chunked") ? .transferCoding : .transferCodingUnknown
  }

  /// RFC 9112 §3.2: exactly one, which HTTP/1.0 may leave out.
  func host(for line: RequestLine) throws(FramingRefusal) -> [UInt8]? {
    guard hosts.count <= 1 else { throw .hostRepeated }
    guard let host = hosts.first, !(host.isEmpty && line.isVersion10) else {
      guard line.isVersion10 else { throw .hostMissing }
      return line.authority
    }
    guard HostField.isValid(host) else { throw .hostInvalid }
    return line.authority ?? Array(host)
  }
}
