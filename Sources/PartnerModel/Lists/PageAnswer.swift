public import WireJSON

/// One page of a list. It does not tell how many items there are.
public enum PageAnswer {
  /// - Parameter next: the cursor of the next page; nil if this is the last one.
  public static func json(_ items: [JSONValue], next: String?) -> JSONValue {
    var members: [(String, JSONValue)] = [("items", .array(items))]
    if let next { members.append(("next", .string(next))) }
    return .object(JSONObject(members))
  }
}
