internal import CCryptoki

/// The value of one attribute of an object template.
enum AttributeValue {
  case flag(Bool)
  case number(UInt)
  case bytes([UInt8])

  fileprivate var octets: [UInt8] {
    switch self {
    case .flag(let value): [value ? 1 : 0]
    case .number(let value): withUnsafeBytes(of: CK_ULONG(value)) { Array($0) }
    case .bytes(let value): value
    }
  }
}

typealias Template = [(type: UInt, value: AttributeValue)]

/// Builds the C template inside one closure: its pointers are good only there.
func withTemplate<Result>(
  _ template: Template, _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>, CK_ULONG) throws -> Result
) rethrows -> Result {
  var octets = template.flatMap(\.value.octets)
  var attributes = template.map {
    CK_ATTRIBUTE(type: CK_ATTRIBUTE_TYPE($0.type), pValue: nil, ulValueLen: CK_ULONG($0.value.octets.count))
  }
  return try octets.withUnsafeMutableBytes { storage in
    var offset = 0
    for index in attributes.indices {
      let length = Int(attributes[index].ulValueLen)
      // A zero-length template entry keeps a null pointer, as the standard allows.
      if length > 0 { attributes[index].pValue = storage.baseAddress?.advanced(by: offset) }
      offset += length
    }
    return try attributes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        var none = CK_ATTRIBUTE()
        return try body(&none, 0)
      }
      return try body(base, CK_ULONG(buffer.count))
    }
  }
}
