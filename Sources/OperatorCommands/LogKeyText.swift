import ArgumentParser
import Foundation
import TransparencyLog

/// Keys as people give them to a command.
enum LogKeyText {
  /// - Parameter text: a verifier key, or the path of a file with one.
  static func read(_ text: String, option: String) throws -> NoteKey {
    let vkey = (try? String(contentsOfFile: text, encoding: .utf8)) ?? text
    do { return try NoteKey(vkey: vkey.trimmingCharacters(in: .whitespacesAndNewlines)) } catch {
      throw ValidationError("\(option) is neither a key nor a file with one: 'countersign audit key' prints the log's")
    }
  }
}
