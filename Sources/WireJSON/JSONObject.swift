/// The members of a JSON object in the order in which they were written. Names are unique.
public struct JSONObject: Sendable, Equatable {
  public private(set) var members: [(name: String, value: JSONValue)] = []

  public init() {}

  /// Later members of the same name replace earlier ones.
  public init(_ members: [(String, JSONValue)]) {
    for (name, value) in members { self[name] = value }
  }

  /// Members already known to be unique, as the parser guarantees.
  init(unique members: [(name: String, value: JSONValue)]) { self.members = members }

  /// A member by its exact, case-sensitive name. Assigning nil removes it.
  public subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// Two objects are equal when they have the same members in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && left.members.allSatisfy { right[$0.name] == $0.value }
  }
}
