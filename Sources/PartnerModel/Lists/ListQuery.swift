internal import Octets
internal import WireJSON

/// Names and values of a query, in their order.
public typealias QueryPairs = [(name: String, value: String)]

/// The query of a list: filters, and how its pages are turned.
public struct ListQuery: Equatable, Sendable {
  public enum Order: String, Sendable, CaseIterable {
    /// The oldest first.
    case ascending = "asc"
    case descending = "desc"
  }

  public static let usualLimit = 50
  public static let largestLimit = 200

  /// Values of filters by their names.
  public let filters: [String: String]
  /// Items of a page.
  public let limit: Int
  public let order: Order
  /// Not looked at yet: who calls is a part of it.
  let cursor: String?

  /// - Parameters:
  ///   - pairs: nil if it is no such text.
  ///   - rules: forms of the filters that the list has, by their names.
  /// - Throws: `query-invalid`.
  public init(_ pairs: QueryPairs?, filters rules: [String: TextRule]) throws(Problem) {
    guard let pairs else { throw Problem(.queryInvalid, "The query is no application/x-www-form-urlencoded text.") }
    var values: [String: String] = [:]
    var faults: [RequestFault] = []
    for (name, value) in pairs.prefix(RequestFault.most) {
      guard let known = (["limit", "order", "cursor"] + rules.keys).first(where: { $0.isSame(as: name) }) else {
        faults.append(RequestFault(.query(String(name.prefix(64))), "No such parameter."))
        continue
      }
      if values.updateValue(value, forKey: known) != nil {
        faults.append(RequestFault(.query(known), "It is repeated."))
      }
    }
    if let text = values["limit"], Self.limit(text) == nil {
      faults.append(RequestFault(.query("limit"), "It must be a number of 1 to \(Self.largestLimit)."))
    }
    if let text = values["order"], Order(rawValue: text) == nil {
      faults.append(RequestFault(.query("order"), "It must be asc or desc."))
    }
    for (name, rule) in rules.sorted(by: { $0.key < $1.key }) {
      guard let text = values[name] else { continue }
      values[name] = rule.read(text)
      if values[name] == nil { faults.append(RequestFault(.query(name), "It must be \(rule.description).")) }
    }
    guard faults.isEmpty, pairs.count <= RequestFault.most else {
      throw Problem(.queryInvalid, "Parameters of the query are not what they must be.", faults: faults)
    }
    limit = values["limit"].flatMap(Self.limit) ?? Self.usualLimit
    order = values["order"].flatMap(Order.init(rawValue:)) ?? .ascending
    cursor = values["cursor"]
    filters = values.filter { rules[$0.key] != nil }
  }

  /// The query of the next page, percent-encoded.
  ///
  /// - Parameter cursor: where it begins.
  public func text(next cursor: String) -> String {
    let own: QueryPairs = [("limit", "\(limit)"), ("order", order.rawValue), ("cursor", cursor)]
    let pairs: QueryPairs = filters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } + own
    return pairs.map { "\($0.name)=\(PercentText.encode($0.value))" }.joined(separator: "&")
  }

  private static func limit(_ text: String) -> Int? {
    guard 1...3 ~= text.utf8.count, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(text) else {
      return nil
    }
    return 1...largestLimit ~= number ? number : nil
  }

  /// SHA-256 over the order and the filters: what the pages of one list share.
  var digest: [UInt8] {
    let filters = JSONObject(filters.map { ($0.key, JSONValue.string($0.value)) })
    let text: JSONValue = ["order": .string(order.rawValue), "filters": .object(filters)]
    return OctetDigest.sha256(text.canonical())
  }
}
