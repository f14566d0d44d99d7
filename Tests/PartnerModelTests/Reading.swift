import PartnerModel
import Testing
import WireJSON

/// A JSON object.
func object(_ text: String) throws -> JSONObject {
  try #require(try JSONValue.parse(Array(text.utf8), limits: .own).object)
}

/// The problem that a reader throws, as its type and the places that it names.
func refusal<Output>(_ read: () throws -> Output) -> String {
  do {
    _ = try read()
    return "accepted"
  } catch let problem as Problem {
    return
      ([problem.type.rawValue]
      + problem.faults.map { fault in
        switch fault.place {
        case .body(let pointer): pointer.text
        case .query(let name): "?\(name)"
        }
      }).joined(separator: " ")
  } catch { return "\(error)" }
}
