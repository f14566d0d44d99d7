internal import GRDB

/// Text is handed to SQLite up to its first U+0000, so `a\0b` would find, and become, what `a` is. No row holds such
/// text: reading finds nothing, writing is refused.
enum SQLText {
  /// The values as SQLite takes them; nil if one of them is text that no row holds.
  static func values(_ values: [(any DatabaseValueConvertible)?]) -> [DatabaseValue]? {
    var converted: [DatabaseValue] = []
    converted.reserveCapacity(values.count)
    for value in values {
      let value = value?.databaseValue ?? .null
      if case .string(let text) = value.storage, text.utf8.contains(0) { return nil }
      converted.append(value)
    }
    return converted
  }
}
