/// A request parameter that is missing, or is not what the method's table says. The descriptions are
/// the texts of the CSC API's error tables.
public enum FieldError: Error, Equatable, Sendable {
  case missingOrInvalidType(type: String, name: String)
  case invalid(name: String)
  /// The same parameter under two of its names, with two values.
  case contradiction(name: String)

  public var description: String {
    switch self {
    case .missingOrInvalidType(let type, let name): "Missing (or invalid type) \(type) parameter \(name)"
    case .invalid(let name), .contradiction(let name): "Invalid parameter \(name)"
    }
  }
}

/// Typed access to the members of a request. A member that is null counts as absent
/// (CSC API v2, conventions; clients of v1 rely on it too).
public struct Fields: Sendable {
  public let object: JSONObject

  public init(_ object: JSONObject) { self.object = object }

  /// The value under any of `names`, the first of which is the one that errors name.
  /// Some clients spell a parameter in another way (`auth_info` for `authInfo`).
  public func value(_ names: [String]) throws(FieldError) -> JSONValue? {
    var found: JSONValue?
    for name in names {
      guard let value = object[name], value != .null else { continue }
      if let found, found != value { throw .contradiction(name: names[0]) }
      found = value
    }
    return found
  }

  public func string(_ names: String...) throws(FieldError) -> String {
    guard let value = try value(names)?.string else {
      throw .missingOrInvalidType(type: "string", name: names[0])
    }
    return value
  }

  public func optionalString(_ names: String...) throws(FieldError) -> String? {
    guard let value = try value(names) else { return nil }
    guard let string = value.string else { throw .invalid(name: names[0]) }
    return string
  }

  /// A JSON integer: `1`, and also `1.0`, which is one; `"1"` is not.
  public func integer(_ names: String...) throws(FieldError) -> Int64 {
    guard let value = try value(names)?.integer else {
      throw .missingOrInvalidType(type: "integer", name: names[0])
    }
    return value
  }

  public func optionalBool(_ names: String...) throws(FieldError) -> Bool? {
    guard let value = try value(names) else { return nil }
    guard let bool = value.bool else { throw .invalid(name: names[0]) }
    return bool
  }

  public func array(_ names: String...) throws(FieldError) -> [JSONValue] {
    guard let value = try value(names)?.array else {
      throw .missingOrInvalidType(type: "array", name: names[0])
    }
    return value
  }

  public func optionalArray(_ names: String...) throws(FieldError) -> [JSONValue]? {
    guard let value = try value(names) else { return nil }
    guard let array = value.array else { throw .missingOrInvalidType(type: "array", name: names[0]) }
    return array
  }
}
