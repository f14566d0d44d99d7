internal import WireJSON

/// A profile that cannot be taken: where, by a JSON pointer (RFC 6901), and why. Nothing of the text is in the reason.
public struct ProfileFault: Error, Sendable, Equatable, CustomStringConvertible {
  public let pointer: String
  public let reason: String

  public var description: String { "\(pointer): \(reason)" }
}

/// The members of an object that has exactly the named ones: another one is a fault, and so is a missing one, which
/// could be a slip of the pen.
struct StrictMembers {
  private let object: JSONObject
  private let pointer: String

  init(_ value: JSONValue?, at pointer: String, _ names: String...) throws(ProfileFault) {
    guard let object = value?.object else { throw ProfileFault(pointer: pointer, reason: "must be an object") }
    (self.object, self.pointer) = (object, pointer)
    for (name, _) in object.members where !names.contains(name) {
      throw ProfileFault(pointer: pointer, reason: "has a member that is not known")
    }
    for name in names where object[name] == nil { throw fault(name, "is missing") }
  }

  func fault(_ name: String, _ reason: String) -> ProfileFault {
    ProfileFault(pointer: "\(pointer)/\(name)", reason: reason)
  }

  func value(_ name: String) -> JSONValue? { object[name] }
  func path(_ name: String) -> String { "\(pointer)/\(name)" }

  func text(_ name: String) throws(ProfileFault) -> String {
    guard let text = object[name]?.string, (0...200).contains(text.utf8.count) else {
      throw fault(name, "must be a text of at most 200 octets")
    }
    return text
  }

  func flag(_ name: String) throws(ProfileFault) -> Bool {
    guard let flag = object[name]?.bool else { throw fault(name, "must be true or false") }
    return flag
  }

  func number(_ name: String, _ range: ClosedRange<Int64>) throws(ProfileFault) -> Int64 {
    guard let number = object[name]?.integer, range.contains(number) else {
      throw fault(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Texts, each of which `read` knows.
  func list<Value>(_ name: String, _ read: (String) -> Value?) throws(ProfileFault) -> [Value] {
    guard let values = object[name]?.array, values.count <= 20 else {
      throw fault(name, "must be a list of at most 20 texts")
    }
    var list: [Value] = []
    for value in values {
      guard let text = value.string, text.utf8.count <= 200, let known = read(text) else {
        throw fault(name, "has an element that is not known")
      }
      list.append(known)
    }
    return list
  }

  func known<Value>(_ name: String, _ read: (String) -> Value?) throws(ProfileFault) -> Value {
    guard let known = read(try text(name)) else { throw fault(name, "has a value that is not known") }
    return known
  }

  /// Nil for null.
  func knownOrNull<Value>(_ name: String, _ read: (String) -> Value?) throws(ProfileFault) -> Value? {
    try isNull(name) ? nil : known(name, read)
  }

  func isNull(_ name: String) -> Bool { object[name] == .null }
}
