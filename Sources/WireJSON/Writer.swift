internal import CJansson

extension JSONValue {
  /// The value as UTF-8 text without white space, members in their order.
  public func compact() -> [UInt8] { OctetWriter.text(of: self, isSorted: false) }

  /// The one text of this value: no white space, members sorted by the octets of their UTF-8 names,
  /// nothing escaped that need not be. Equal values have equal canonical texts, which is what a MAC or
  /// a hash over JSON needs. Callers keep reals out of it: their text depends on the writer.
  public func canonical() -> [UInt8] { OctetWriter.text(of: self, isSorted: true) }

  /// The value as text for people: two spaces of indentation.
  public func indented() -> [UInt8] { dump(flags: 2) }

  /// The text that Jansson writes.
  func dump(flags: Int) -> [UInt8] {
    guard let node = node() else { preconditionFailure("strings handed to WireJSON are valid UTF-8") }
    defer { json_decref(node) }
    // Most answers fit the first buffer; a longer one tells its length and is written again.
    var buffer = [UInt8](repeating: 0, count: 1024)
    while true {
      let needed = buffer.withUnsafeMutableBytes {
        json_dumpb(node, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, flags | Int(JSON_ENCODE_ANY))
      }
      if needed <= buffer.count { return Array(buffer[..<needed]) }
      buffer = [UInt8](repeating: 0, count: needed)
    }
  }

  /// A Jansson value owned by the caller.
  private func node() -> UnsafeMutablePointer<json_t>? {
    switch self {
    case .null, .unusable: return json_null()
    case .bool(let value): return value ? json_true() : json_false()
    case .integer(let value): return json_integer(json_int_t(value))
    case .real(let value): return json_real(value)
    case .string(let value):
      var value = value
      return value.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { json_stringn_nocheck($0.baseAddress ?? emptyText, $0.count) }
      }
    case .array(let elements):
      let array = json_array()
      for element in elements { json_array_append_new(array, element.node()) }
      return array
    case .object(let object):
      let result = json_object()
      for member in object.members { json_object_set_new_nocheck(result, member.name, member.value.node()) }
      return result
    }
  }
}

/// An empty Swift string may have no address; Jansson wants one even for length 0.
nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
  let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
  text.pointee = 0
  return UnsafePointer(text)
}()
