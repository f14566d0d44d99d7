/// Reads DER (ITU-T X.690 §10) of a form that is known, one value after another.
///
/// It never goes deeper than its caller asks, so no input can make it call itself. Lengths have their shortest form and
/// end within the value around them.
struct StatusReader {
  private var rest: ArraySlice<UInt8>

  init(_ octets: ArraySlice<UInt8>) { rest = octets }

  var isAtEnd: Bool { rest.isEmpty }

  func isNext(_ tag: UInt8) -> Bool { rest.first == tag }

  /// The content of the next value, which must have this tag.
  mutating func value(_ tag: UInt8) throws(StatusRefusal) -> ArraySlice<UInt8> {
    guard rest.popFirst() == tag, let first = rest.popFirst() else { throw .malformedRequest }
    let length: Int
    switch first {
    case 0..<0x80: length = Int(first)
    case 0x81:
      guard let octet = rest.popFirst(), octet >= 0x80 else { throw .malformedRequest }
      length = Int(octet)
    case 0x82:
      guard let high = rest.popFirst(), high > 0, let low = rest.popFirst() else { throw .malformedRequest }
      length = Int(high) << 8 | Int(low)
    // Indefinite, or longer than any request.
    default: throw .malformedRequest
    }
    guard length <= rest.count else { throw .malformedRequest }
    defer { rest = rest.dropFirst(length) }
    return rest.prefix(length)
  }

  /// The same, of a value that may be left out.
  mutating func optional(_ tag: UInt8) throws(StatusRefusal) -> ArraySlice<UInt8>? {
    isNext(tag) ? try value(tag) : nil
  }

  /// A reader of the content of the next value, which must have this tag.
  mutating func inside(_ tag: UInt8) throws(StatusRefusal) -> StatusReader { StatusReader(try value(tag)) }

  /// The content of the only value there is.
  mutating func only(_ tag: UInt8) throws(StatusRefusal) -> ArraySlice<UInt8> {
    let content = try value(tag)
    try end()
    return content
  }

  /// The content of an OBJECT IDENTIFIER (X.690 §8.19): numbers of any size, none with a leading zero.
  mutating func objectIdentifier() throws(StatusRefusal) -> ArraySlice<UInt8> {
    let content = try value(DERTag.objectIdentifier)
    guard let last = content.last, last & 0x80 == 0 else { throw .malformedRequest }
    var begins = true
    for octet in content {
      guard !begins || octet != 0x80 else { throw .malformedRequest }
      begins = octet & 0x80 == 0
    }
    return content
  }

  /// Nothing follows.
  func end() throws(StatusRefusal) {
    guard isAtEnd else { throw .malformedRequest }
  }
}
