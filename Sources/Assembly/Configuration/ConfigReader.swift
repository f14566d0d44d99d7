import Foundation
import Octets
package import WireJSON

package struct ConfigError: Error, CustomStringConvertible {
  package let description: String
  package init(description: String) { self.description = description }
}

/// Where a reader finds what configurations keep in files.
enum ConfigContents {
  /// Members are paths.
  case files
  /// Members are the contents themselves, base64, and the secret came apart from them: a contract from the store.
  case record(secret: String?)
}

/// Typed, strict access to one object of a configuration file. Remembers which members were read, so that `finish` can
/// name the unknown ones.
package final class ConfigReader {
  private let members: JSONObject
  private let path: String
  private var known: Set<String> = []
  /// Shared by all readers of a file.
  let notes: ConfigNotes
  let contents: ConfigContents

  package convenience init(_ value: JSONValue, at path: String, notes: ConfigNotes = ConfigNotes()) throws {
    try self.init(value, at: path, notes: notes, contents: .files)
  }

  init(_ value: JSONValue, at path: String, notes: ConfigNotes, contents: ConfigContents) throws {
    guard let object = value.object else { throw ConfigError(description: "\(path) is not an object") }
    members = object
    self.path = path
    self.notes = notes
    self.contents = contents
  }

  var names: [String] { members.members.map(\.name) }

  func error(_ name: String, _ what: String) -> ConfigError {
    ConfigError(description: "\(path): \"\(name)\" \(what)")
  }

  func finish() throws {
    for name in names where !known.contains(name) {
      throw error(name, "is not a member of the configuration; is it misspelt?")
    }
  }

  private func value(_ name: String) -> JSONValue? {
    known.insert(name)
    return members[name]
  }

  func optionalString(_ name: String) throws -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string, !text.isEmpty else { throw error(name, "must be a non-empty string") }
    return text
  }

  func string(_ name: String, default standard: String? = nil, longest: Int = .max) throws -> String {
    guard let text = try optionalString(name) ?? standard else { throw error(name, "is missing") }
    guard text.count <= longest else { throw error(name, "is longer than \(longest) characters") }
    return text
  }

  /// A path at which a file must exist.
  func file(_ name: String) throws -> String {
    let text = try string(name)
    guard FileManager.default.isReadableFile(atPath: text) else { throw error(name, "cannot be read: \(text)") }
    return text
  }

  /// Paths at which files must exist.
  func files(_ name: String) throws -> [String] {
    let paths = try optionalStrings(name) ?? []
    for path in paths where !FileManager.default.isReadableFile(atPath: path) {
      throw error(name, "cannot be read: \(path)")
    }
    return paths
  }

  /// Octets of the file that a member names; of a record, the member's own.
  func octets(_ name: String) throws -> [UInt8]? {
    guard let text = try optionalString(name) else { return nil }
    switch contents {
    case .files:
      guard let data = FileManager.default.contents(atPath: text) else { throw error(name, "cannot be read: \(text)") }
      return [UInt8](data)
    case .record:
      guard let octets = Base64.decode(text) else { throw error(name, "is not base64") }
      return octets
    }
  }

  /// Refuses a member of a record that would be a path.
  func refuseFile(_ name: String) throws {
    if case .record = contents, names.contains(name) {
      throw error(name, "names a file, which not every machine has: a contract has none")
    }
  }

  func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int? = nil) throws -> Int {
    guard let value = value(name) else {
      guard let standard else { throw error(name, "is missing") }
      return standard
    }
    guard let number = value.integer, range.contains(Int(number)) else {
      throw error(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return Int(number)
  }

  func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    try value(name).map { _ in try integer(name, in: range) }
  }

  func bool(_ name: String, default standard: Bool) throws -> Bool {
    guard let value = value(name) else { return standard }
    guard let bool = value.bool else { throw error(name, "must be true or false") }
    return bool
  }

  func optionalStrings(_ name: String) throws -> [String]? {
    guard let value = value(name) else { return nil }
    guard let list = value.array, case let texts = list.compactMap(\.string), texts.count == list.count else {
      throw error(name, "must be a list of strings")
    }
    return texts
  }

  func optional(_ name: String) throws -> ConfigReader? {
    try value(name).map { try ConfigReader($0, at: "\(path): \(name)", notes: notes, contents: contents) }
  }

  func object(_ name: String) throws -> ConfigReader {
    guard let reader = try optional(name) else { throw error(name, "is missing") }
    return reader
  }

  func list(_ name: String) throws -> [ConfigReader] {
    guard let value = value(name) else { return [] }
    guard let list = value.array else { throw error(name, "must be a list") }
    return try list.enumerated().map {
      try ConfigReader($0.element, at: "\(path): \(name)[\($0.offset)]", notes: notes, contents: contents)
    }
  }

  /// A secret in a file.
  package static func firstLine(of path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path), let line = TextFile.firstLine(Array(data)) else {
      throw ConfigError(description: "cannot read \(path)")
    }
    return line
  }
}
