internal import CJansson

/// Treatment of values that RFC 8259 allows and that cannot be held: numbers beyond 64 bits or double precision, and
/// U+0000.
public enum ExtremeValues: Sendable {
  /// The whole text is refused.
  case refused
  /// Numbers become the nearest ones that can be held, texts `unusable`; so only members that are read can be wrong.
  case ignorable
}

/// Reason why a text is not acceptable JSON. Carries no part of the text, so it may be logged.
public enum JSONParseError: Error, Equatable, Sendable {
  case tooLarge
  case tooDeep
  /// More values than the limits allow.
  case tooMany
  case duplicateMember
  case invalidUTF8
  case malformed
}

extension JSONValue {
  /// Parses one JSON array or object.
  ///
  /// Refused beyond the grammar of RFC 8259: a member name used twice in an object (two readers could
  /// see two different requests), octets after the value, invalid UTF-8, anything beyond `limits`, and, if
  /// told so, U+0000 and numbers that cannot be held.
  ///
  /// - Parameters:
  ///   - limits: looked at before a tree is made.
  ///   - extremeValues: `refused` for what must be read whole or not at all, such as a configuration.
  public static func parse(
    _ text: [UInt8], limits: JSONLimits, extremeValues: ExtremeValues = .ignorable
  ) throws(JSONParseError) -> JSONValue {
    let text = try TextScan.scan(text, limits: limits, extremeValues: extremeValues) ?? text
    var error = json_error_t()
    guard let root = load(text, extremeValues, &error) else { throw JSONParseError(error) }
    defer { json_decref(root) }
    return try convert(root)
  }

  private static func load(
    _ text: [UInt8], _ extremeValues: ExtremeValues, _ error: inout json_error_t
  ) -> UnsafeMutablePointer<json_t>? {
    let flags = JSON_REJECT_DUPLICATES | (extremeValues == .ignorable ? JSON_ALLOW_NUL : 0)
    return text.withUnsafeBytes { bytes in
      json_loadb(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, Int(flags), &error)
    }
  }

  private static func convert(_ node: UnsafeMutablePointer<json_t>) throws(JSONParseError) -> JSONValue {
    switch node.pointee.type {
    case JSON_OBJECT:
      return try .object(members(of: node))
    case JSON_ARRAY:
      var elements: [JSONValue] = []
      elements.reserveCapacity(json_array_size(node))
      for index in 0..<json_array_size(node) {
        guard let element = json_array_get(node, index) else { throw .malformed }
        elements.append(try convert(element))
      }
      return .array(elements)
    case JSON_STRING:
      guard let start = json_string_value(node) else { throw .malformed }
      let count = json_string_length(node)
      guard !UnsafeBufferPointer(start: start, count: count).contains(0) else { return .unusable }
      return .string(text(start, count))
    case JSON_INTEGER: return .integer(Int64(json_integer_value(node)))
    case JSON_REAL: return .real(json_real_value(node))
    case JSON_TRUE: return .bool(true)
    case JSON_FALSE: return .bool(false)
    default: return .null
    }
  }

  private static func members(of node: UnsafeMutablePointer<json_t>) throws(JSONParseError) -> JSONObject {
    var members: [(name: String, value: JSONValue)] = []
    members.reserveCapacity(json_object_size(node))
    var iterator = json_object_iter(node)
    while let position = iterator {
      guard let name = json_object_iter_key(position), let value = json_object_iter_value(position) else {
        throw .malformed
      }
      members.append((String(cString: name), try convert(value)))
      iterator = json_object_iter_next(node, position)
    }
    return JSONObject(unique: members)
  }

  /// Jansson has validated the octets as UTF-8.
  private static func text(_ start: UnsafePointer<CChar>, _ count: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

extension JSONParseError {
  fileprivate init(_ error: json_error_t) {
    var error = error
    switch json_error_code(&error) {
    case json_error_duplicate_key: self = .duplicateMember
    case json_error_invalid_utf8: self = .invalidUTF8
    case json_error_stack_overflow: self = .tooDeep
    default: self = .malformed
    }
  }
}
