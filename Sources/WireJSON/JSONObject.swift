internal import Octets

/// The members of a JSON object in the order in which they were written. Names are unique, by their octets.
///
/// A member is found at once however many there are, and two objects are compared in one pass: both come from outside.
public struct JSONObject: Sendable, Equatable {
  public private(set) var members: [(name: String, value: JSONValue)] = []
  /// Place of each member, by its name; nil where there are so few that they are looked through.
  private var places: [OctetText: Int]?

  /// Members that are looked through one by one. Most objects have no more, and need no index.
  private static let few = 16

  public init() {}

  /// Later members of the same name replace earlier ones.
  public init(_ members: [(String, JSONValue)]) {
    self.members.reserveCapacity(members.count)
    for (name, value) in members { self[name] = value }
  }

  /// Members already known to be unique, as the parser guarantees.
  init(unique members: [(name: String, value: JSONValue)]) {
    self.members = members
    index()
  }

  /// A member by its exact, case-sensitive name. Assigning nil removes it, which takes as long as the object is large.
  public subscript(name: String) -> JSONValue? {
    get { place(of: name).map { members[$0].value } }
    set {
      switch (place(of: name), newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil):
        members.remove(at: place)
        index()
      case (nil, let value?):
        members.append((name, value))
        if places == nil { index() } else { places?[OctetText(name)] = members.count - 1 }
      case (nil, nil): break
      }
    }
  }

  private func place(of name: String) -> Int? {
    if let places { return places[OctetText(name)] }
    return members.firstIndex { $0.name.isSame(as: name) }
  }

  private mutating func index() {
    guard members.count > Self.few else {
      places = nil
      return
    }
    var places: [OctetText: Int] = [:]
    places.reserveCapacity(members.count)
    for (place, member) in members.enumerated() { places[OctetText(member.name)] = place }
    self.places = places
  }

  /// Two objects are equal when they have the same members in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && left.members.allSatisfy { right[$0.name] == $0.value }
  }
}
