internal import WireJSON

/// The published text of CSC API 2.2.0.0, as far as a client can hold an answer against it: the rows of its error
/// tables, the members of its answers and its sample requests. The tables are taken out of the text by scripts
/// (`Tests/python/csc`), so that none is forgotten.
enum PublishedText {
  /// A row of an error table.
  struct Row: Sendable, Equatable {
    let section, method: String
    /// Its place in the table, from 1.
    let place: Int
    /// Empty where the table names none (§10.1).
    let statuses: [Int]
    let error, text: String

    var number: Int { PublishedText.number(section, place) }
  }

  /// A member of an answer.
  struct Member: Sendable, Equatable {
    enum Presence: String, Sendable {
      case required = "REQUIRED"
      case conditional = "REQUIRED Conditional"
      case optional = "OPTIONAL"
      case optionalConditional = "OPTIONAL Conditional"
    }

    enum Kind: String, Sendable {
      case string = "String"
      case integer = "Integer"
      case boolean = "Boolean"
      case object = "Object"
      case strings = "Array of String"
      case objects = "Array of Object"
      case stringArrays = "Array of Array of String"
    }

    let section, method: String
    let place: Int
    /// Of the answers that have it.
    let status: Int
    /// Names joined by slashes; a star stands for each entry of an array.
    let path: String
    let presence: Presence
    let kind: Kind

    var number: Int { PublishedText.number(section, firstMember + place) }
    var names: [String] { path.split(separator: "/").map(String.init) }
  }

  /// A request that the text prints as an example.
  struct Sample: Sendable, Equatable {
    enum Form: String, Sendable {
      /// A call of the CSC API.
      case json
      /// The query with which a browser is sent to oauth2/authorize.
      case page
      /// The body of an OAuth 2.0 endpoint for programs.
      case form
    }

    /// Stands where the service's or the person's own value belongs.
    static let gap = "…"

    let section, method: String
    let place: Int
    let form: Form
    /// Changes that a table of the text demands of the sample as it is printed.
    let mended: String
    let request: JSONValue

    var number: Int { PublishedText.number(section, firstSample + place) }
  }

  static let firstMember = 50
  static let firstSample = 90

  static let rows = rowsTable.split(separator: "\n").map { required(Row($0), $0) }
  static let members = membersTable.split(separator: "\n").map { required(Member($0), $0) }
  static let samples = samplesTable.split(separator: "\n").map { required(Sample($0), $0) }

  static let rowsByNumber = Dictionary(uniqueKeysWithValues: rows.map { ($0.number, $0) })
  static let membersByMethod = Dictionary(grouping: members, by: \.method)

  /// The number of an item about a place of a section: two digits each for chapter, section and place, so that row 3 of
  /// §11.8 is 110803 and row 7 of §8.2.4 is 82407. Members are counted from 51, samples from 91.
  static func number(_ section: String, _ place: Int) -> Int {
    let parts = section.split(separator: ".").compactMap { Int($0) }
    let minor = parts.dropFirst().reduce(0) { $0 * 10 + $1 }
    return (parts[0] * 100 + minor) * 100 + place
  }

  static func sample(_ section: String, _ place: Int) -> Sample? {
    samples.first { $0.section == section && $0.place == place }
  }

  private static func required<Value>(_ value: Value?, _ line: Substring) -> Value {
    guard let value else { preconditionFailure("not a line of a table: \(line)") }
    return value
  }

  fileprivate static func cells(_ line: Substring, _ count: Int) -> [String]? {
    let cells = line.split(separator: " | ").map(String.init)
    return cells.count == count ? cells : nil
  }
}

extension PublishedText.Row {
  fileprivate init?(_ line: Substring) {
    guard let cells = PublishedText.cells(line, 6), let place = Int(cells[2]) else { return nil }
    self.init(
      section: cells[0], method: cells[1], place: place,
      statuses: cells[3].split(separator: " ").compactMap { Int($0) }, error: cells[4], text: cells[5])
  }

  /// Placeholders in the texts, for something of the request or the certificate, and how that begins.
  private static let placeholders = [
    ("O=[organization],CN=[common_name]", ["O=", "CN="]), ("list of invalid attributes", [""]),
  ]

  /// Whether an answer of the method says it in its words. §10.1 is about all methods, some of which redirect.
  func isSaid(by seen: Observed) -> Bool {
    guard method == "*" || method == seen.method, statuses.isEmpty || statuses.contains(seen.status),
      seen.answer["error"]?.string == error
    else { return false }
    return fits(seen.answer["error_description"]?.string ?? "")
  }

  private func fits(_ said: String) -> Bool {
    for (placeholder, beginnings) in Self.placeholders {
      guard let place = text.range(of: placeholder) else { continue }
      let (before, after) = (text[..<place.lowerBound], text[place.upperBound...])
      guard said.hasPrefix(before), said.hasSuffix(after) else { return false }
      let value = said.dropFirst(before.count).dropLast(after.count)
      return !value.isEmpty && beginnings.contains { value.hasPrefix($0) }
    }
    return said == text
  }

  var expected: String {
    let status = statuses.map(String.init).joined(separator: " or ")
    return (status.isEmpty ? "" : "\(status) · ") + "\(error) · \"\(text)\""
  }
}

extension PublishedText.Member {
  fileprivate init?(_ line: Substring) {
    guard let cells = PublishedText.cells(line, 7), let place = Int(cells[2]), let status = Int(cells[3]),
      let presence = Presence(rawValue: cells[5]), let kind = Kind(rawValue: cells[6])
    else { return nil }
    self.init(
      section: cells[0], method: cells[1], place: place, status: status, path: cells[4], presence: presence, kind: kind)
  }
}

extension PublishedText.Sample {
  fileprivate init?(_ line: Substring) {
    guard let cells = PublishedText.cells(line, 6), let place = Int(cells[2]), let form = Form(rawValue: cells[3]),
      let request = try? JSONValue.parse(Array(cells[5].utf8), limits: Exchange.limits)
    else { return nil }
    self.init(
      section: cells[0], method: cells[1], place: place, form: form, mended: cells[4] == "–" ? "" : cells[4],
      request: request)
  }
}
