internal import GRDB

/// Text is handed to SQLite up to its first U+0000, so `a\0b` would find, and become, what `a` is. No row holds such text:
/// reading finds nothing, writing is refused.
enum SQLText {
  static func holdsNull(_ values: [(any DatabaseValueConvertible)?]) -> Bool {
    values.contains { ($0 as? String)?.utf8.contains(0) ?? false }
  }
}
