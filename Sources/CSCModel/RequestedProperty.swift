internal import Octets
internal import WireJSON

/// An element of `signed_props` (CSC v2 §8.2.2, §11.14): an attribute that is to be signed along with a document.
///
/// It has two spellings: the data model's `{"attribute_name": …, "attribute_value": …}` with DER in base64, and
/// `{name: value}` of a sample of §8.2.2, where a value that is text is written as it is.
public struct RequestedProperty: Sendable, Equatable {
  public enum Value: Sendable, Equatable {
    /// The service computes it.
    case computed
    /// DER, not empty.
    case octets([UInt8])
    /// As the short spelling has it, not empty.
    case text(String)

    /// Whether all octets are the same: Swift's own comparison of texts takes different ones for the same.
    public static func == (left: Value, right: Value) -> Bool {
      switch (left, right) {
      case (.computed, .computed): true
      case (.octets(let left), .octets(let right)): left == right
      case (.text(let left), .text(let right)): left.isSame(as: right)
      default: false
      }
    }
  }

  /// By name or by OID.
  public let name: String
  public let value: Value

  public init(name: String, value: Value) {
    self.name = name
    self.value = value
  }

  /// Whether all octets are the same, of the name and of the value.
  public static func == (left: RequestedProperty, right: RequestedProperty) -> Bool {
    left.name.isSame(as: right.name) && left.value == right.value
  }

  /// Of one signature; there are not many kinds (a limit of this service).
  static let most = 32
  /// Octets of a value in base64 (a limit of this service): each digest of an entry has it for itself.
  private static let longestValue = 1 << 14
  /// Octets of a name, and of a value in the short spelling (limits of this service).
  private static let longestName = 100
  private static let longestText = 2000

  /// Reads the member `signed_props`; no elements if it is absent.
  ///
  /// - Throws: `CSCError`. Names that are there twice are listed.
  static func list(_ fields: Fields) throws -> [RequestedProperty] {
    guard let value = try fields.value(["signed_props", "signedProps"]) else { return [] }
    guard let array = value.array, array.count <= most else { throw CSCError.invalidParameter("signed_props") }
    let properties = try array.map { element in
      guard let object = element.object else { throw CSCError.invalidParameter("signed_props") }
      return try RequestedProperty(object)
    }
    var seen: Set<OctetText> = []
    let doubled = properties.map(\.name).filter { !seen.insert(OctetText($0)).inserted }
    guard doubled.isEmpty else { throw CSCError.invalidSignedProps(doubled) }
    return properties
  }

  private init(_ object: JSONObject) throws {
    let invalid = CSCError.invalidParameter("signed_props")
    let fields = Fields(object)
    guard let long = try fields.value(["attribute_name", "attributeName"]) else {
      // A value alone names nothing.
      guard object.members.count == 1, let member = object.members.first,
        !["attribute_value", "attributeValue"].containsSame(as: member.name)
      else { throw invalid }
      try self.init(short: member.name, member.value)
      return
    }
    guard let name = long.string, name.utf8.count <= Self.longestName else { throw invalid }
    guard let value = try fields.value(["attribute_value", "attributeValue"]) else {
      self.init(name: name, value: .computed)
      return
    }
    guard let text = value.string, text.utf8.count <= Self.longestValue, let octets = Base64.decode(text),
      !octets.isEmpty
    else { throw CSCError.invalidSignedProps([name]) }
    self.init(name: name, value: .octets(octets))
  }

  /// Octets of the value.
  var size: Int {
    switch value {
    case .computed: 0
    case .octets(let octets): octets.count
    case .text(let text): text.utf8.count
    }
  }

  private init(short name: String, _ value: JSONValue) throws {
    guard name.utf8.count <= Self.longestName else { throw CSCError.invalidParameter("signed_props") }
    switch value {
    case .null: self.init(name: name, value: .computed)
    case .string(let text) where !text.isEmpty && text.utf8.count <= Self.longestText:
      self.init(name: name, value: .text(text))
    default: throw CSCError.invalidSignedProps([name])
    }
  }
}

extension RequestedProperty {
  /// The one value, however its octets were spelt.
  var json: JSONValue {
    var object = JSONObject([("name", .string(name))])
    switch value {
    case .computed: break
    case .octets(let octets): object["octets"] = .string(Base64.encode(octets))
    case .text(let text): object["text"] = .string(text)
    }
    return .object(object)
  }

  /// Reads `json` back.
  init?(json object: JSONObject) {
    guard let name = object["name"]?.string else { return nil }
    if let text = object["text"]?.string {
      self.init(name: name, value: .text(text))
    } else if let octets = object["octets"] {
      guard let octets = octets.string.flatMap({ Base64.decode($0) }) else { return nil }
      self.init(name: name, value: .octets(octets))
    } else {
      self.init(name: name, value: .computed)
    }
  }

  /// In the spelling in which it came, as far as that made a difference.
  var wireValue: JSONValue {
    switch value {
    case .computed: ["attribute_name": .string(name)]
    case .octets(let octets):
      ["attribute_name": .string(name), "attribute_value": .string(Base64.encode(octets))]
    case .text(let text): .object(JSONObject([(name, .string(text))]))
    }
  }
}
