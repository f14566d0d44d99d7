import Octets

/// Finds the end of a chunked body (RFC 9112 §7.1), in which nothing can be read in two ways.
struct ChunkScanner {
  /// The chunks of a body are not what they must be.
  struct Malformed: Error {}

  /// Octets of a chunk's extensions, all of which are unknown here, and of all trailer fields.
  private static let longestExtensions = 256
  private static let largestTrailers = 8 << 10
  /// Hexadecimal digits of a chunk's size: up to 256 MiB.
  private static let longestSize = 7

  private enum State {
    case size(digits: Int)
    case extensions
    case sizeEnd
    case data
    case dataEnd
    case dataLineFeed
    case trailerStart
    case trailerName
    case trailerValue
    case trailerEnd
    case lastLineFeed
    case done
  }

  private var state = State.size(digits: 0)
  /// Of the chunk, octets that have not come.
  private var left = 0
  /// Of extensions or trailers, octets that have come.
  private var extra = 0

  var isDone: Bool { if case .done = state { true } else { false } }

  /// Reads on, and tells how many of the octets belong to the body.
  mutating func scan(_ octets: UnsafeRawBufferPointer) throws(Malformed) -> Int {
    var position = 0
    while position < octets.count, !isDone {
      if case .data = state {
        let taken = min(left, octets.count - position)
        left -= taken
        position += taken
        if left == 0 { state = .dataEnd }
      } else {
        try take(octets[position])
        position += 1
      }
    }
    return position
  }

  private mutating func take(_ octet: UInt8) throws(Malformed) {
    switch state {
    case .size(let digits): try takeSize(octet, digits)
    case .extensions:
      if octet == OctetClass.cr { state = .sizeEnd } else { try takeExtra(octet, atMost: Self.longestExtensions) }
    case .sizeEnd:
      try require(octet, OctetClass.lf)
      extra = 0
      state = left == 0 ? .trailerStart : .data
    case .dataEnd:
      try require(octet, OctetClass.cr)
      state = .dataLineFeed
    case .dataLineFeed:
      try require(octet, OctetClass.lf)
      state = .size(digits: 0)
    case .trailerStart, .trailerName, .trailerValue, .trailerEnd, .lastLineFeed: try takeTrailer(octet)
    case .data, .done: break
    }
  }

  private mutating func takeSize(_ octet: UInt8, _ digits: Int) throws(Malformed) {
    if let digit = Hex.digit(octet) {
      guard digits < Self.longestSize else { throw Malformed() }
      left = left << 4 | Int(digit)
      state = .size(digits: digits + 1)
    } else {
      guard digits > 0 else { throw Malformed() }
      switch octet {
      case OctetClass.cr: state = .sizeEnd
      case UInt8(ascii: ";"), OctetClass.space, OctetClass.tab: state = .extensions
      default: throw Malformed()
      }
    }
  }

  private mutating func takeTrailer(_ octet: UInt8) throws(Malformed) {
    switch (state, octet) {
    case (.trailerStart, OctetClass.cr): state = .lastLineFeed
    case (.lastLineFeed, _):
      try require(octet, OctetClass.lf)
      state = .done
    case (.trailerEnd, _):
      try require(octet, OctetClass.lf)
      state = .trailerStart
    case (.trailerName, OctetClass.colon): state = .trailerValue
    case (.trailerValue, OctetClass.cr): state = .trailerEnd
    case (.trailerValue, _): try takeExtra(octet, atMost: Self.largestTrailers)
    default:
      guard OctetClass.isToken(octet) else { throw Malformed() }
      try takeExtra(octet, atMost: Self.largestTrailers)
      state = .trailerName
    }
  }

  private mutating func takeExtra(_ octet: UInt8, atMost limit: Int) throws(Malformed) {
    extra += 1
    guard extra <= limit, octet != OctetClass.lf, octet != OctetClass.cr, !OctetClass.isForbidden(octet) else {
      throw Malformed()
    }
  }

  private func require(_ octet: UInt8, _ expected: UInt8) throws(Malformed) {
    guard octet == expected else { throw Malformed() }
  }
}
