internal import Octets

/// One JSON value (RFC 8259). Numbers keep whether they were written with a fraction or an exponent; `integer` does not
/// mind.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
  /// A text with U+0000, of a text that was parsed with `.ignorable`. It has no type, so every reader refuses it.
  case unusable
}

extension JSONValue {
  /// Texts are equal by their octets, numbers by their value, however they were written.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null), (.unusable, .unusable): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.real(let left), .real(let right)): left == right
    case (.integer(let integer), .real(let real)), (.real(let real), .integer(let integer)):
      Int64(exactly: real) == integer
    case (.string(let left), .string(let right)): left.isSame(as: right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}

extension JSONValue {
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// A number without a fraction, however it was written: `1`, `1.0` and `1e0` are one integer (JSON Schema 2020-12
  /// Core §4.2.3, Validation §6.1.1). One that 64 bits do not hold counts as the largest or smallest one, as it does
  /// when it is written with digits alone.
  public var integer: Int64? {
    switch self {
    case .integer(let value): value
    case .real(let value): value == value.rounded(.towardZero) ? Int64(nearest: value) : nil
    default: nil
    }
  }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
}
