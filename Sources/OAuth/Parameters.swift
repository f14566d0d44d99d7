internal import Octets

/// The parameters of an OAuth request, from a query or a form. A parameter without a value counts as absent
/// (RFC 6749 §3.1).
public struct Parameters: Sendable, Equatable {
  private let values: [OctetText: OctetText]
  /// Whether one came twice, which RFC 6749 §3.1 forbids: two readers could see two requests.
  public let repeatsOne: Bool

  public init(_ pairs: [(name: String, value: String)]) {
    var values: [OctetText: OctetText] = [:]
    var seen: Set<OctetText> = []
    var repeatsOne = false
    for (name, value) in pairs {
      if !seen.insert(OctetText(name)).inserted { repeatsOne = true }
      values[name] = value.isEmpty ? nil : OctetText(value)
    }
    self.values = values
    self.repeatsOne = repeatsOne
  }

  private init(values: [OctetText: OctetText], repeatsOne: Bool) {
    self.values = values
    self.repeatsOne = repeatsOne
  }

  /// Both together. One that is in both counts as one that came twice.
  public func merging(_ other: Parameters) -> Parameters {
    let isRepeated = other.values.keys.contains { values[$0] != nil }
    return Parameters(
      values: values.merging(other.values) { first, _ in first },
      repeatsOne: repeatsOne || other.repeatsOne || isRepeated)
  }

  public subscript(name: String) -> String? { values[name]?.text }
}
