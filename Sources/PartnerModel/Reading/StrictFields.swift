internal import Octets
public import WireJSON

/// Reads the members of one object of a request. Those that are not what they must be are collected, so that an answer
/// can name all of them; `check` throws them.
public struct StrictFields {
  private let object: JSONObject
  private let pointer: JSONPointer
  private var faults: [RequestFault] = []

  /// Octets of a member's name that an answer repeats.
  private static let longestName = 64

  /// - Parameter known: names of all members that the object may have.
  /// - Throws: `member-unknown`.
  public init(_ object: JSONObject, at pointer: JSONPointer = .root, known: [String]) throws(Problem) {
    self.object = object
    self.pointer = pointer
    let unknown = object.members.map { $0.name }.filter { !known.containsSame(as: $0) }.prefix(RequestFault.most)
    guard unknown.isEmpty else {
      throw Problem(
        .memberUnknown, "The endpoint knows no such members.",
        faults: unknown.map { name in
          let isShort = name.utf8.count <= Self.longestName
          return RequestFault(
            .body(isShort ? pointer.member(name) : pointer), isShort ? "No such member." : "A member with a long name.")
        })
    }
  }

  /// Throws what is wrong with the members that were read.
  ///
  /// - Throws: `body-invalid`.
  public func check() throws(Problem) {
    guard faults.isEmpty else {
      throw Problem(
        .bodyInvalid, "Members of the body are missing, or are not what they must be.",
        faults: Array(faults.prefix(RequestFault.most)))
    }
  }

  /// Notes that a member is wrong.
  public mutating func refuse(_ name: String, _ detail: String) {
    faults.append(RequestFault(.body(pointer.member(name)), detail))
  }

  /// Whether the object has a member of this name, be it null.
  public func has(_ name: String) -> Bool { object[name] != nil }

  /// Whether the object has a member of this name that is not null, which is as if it were missing.
  public func hasValue(_ name: String) -> Bool { value(name) != nil }

  /// A member that is not null.
  private func value(_ name: String) -> JSONValue? { object[name].flatMap { $0 == .null ? nil : $0 } }

  // MARK: Kinds of members

  /// A text that may be missing.
  ///
  /// - Returns: nil also if it is wrong, which is noted.
  public mutating func text(_ name: String, _ rule: TextRule) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string.flatMap(rule.read) else {
      refuse(name, "It must be \(rule.description).")
      return nil
    }
    return text
  }

  /// A text that must be there.
  ///
  /// - Returns: nil if it is not there, or wrong, which is noted.
  public mutating func required(_ name: String, _ rule: TextRule) -> String? {
    guard value(name) != nil else {
      refuse(name, "It is missing; it must be \(rule.description).")
      return nil
    }
    return text(name, rule)
  }

  /// One of some values, which must be there.
  ///
  /// - Returns: nil if it is not there, or another, which is noted.
  public mutating func required<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ choices: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    let names = choices.allCases.map(\.rawValue)
    return required(name, TextRule("one of \(names.joined(separator: ", "))") { names.containsSame(as: $0) })
      .flatMap(Choice.init(rawValue:))
  }

  /// An object that may be missing.
  ///
  /// - Parameter body: reads its members.
  /// - Throws: `member-unknown`.
  public mutating func object<Output>(
    _ name: String, known: [String], _ body: (inout StrictFields) -> Output
  ) throws(Problem) -> Output? {
    guard let value = value(name) else { return nil }
    guard let object = value.object else {
      refuse(name, "It must be an object.")
      return nil
    }
    var fields = try StrictFields(object, at: pointer.member(name), known: known)
    let output = body(&fields)
    faults += fields.faults
    return output
  }

  /// A change of a text: none if it is missing, its removal if it is null (RFC 7396 §1).
  public mutating func change(_ name: String, _ rule: TextRule) -> Change<String> {
    guard has(name) else { return .unchanged }
    guard value(name) != nil else { return .removal }
    guard let text = text(name, rule) else { return .unchanged }
    return .value(text)
  }
}

/// A request's wish for a member of a resource.
public enum Change<Value: Equatable & Sendable>: Equatable, Sendable {
  case unchanged
  case removal
  case value(Value)

  /// The value after the change.
  public func applied(to old: Value?) -> Value? {
    switch self {
    case .unchanged: old
    case .removal: nil
    case .value(let new): new
    }
  }
}
