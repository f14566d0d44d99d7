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

  /// - Throws: `ValidationError` unless a checkpoint can have lines of all of them.
  static func check(_ key: NoteKey, _ witnesses: [NoteKey]) throws {
    guard (try? LogPolicy(origin: key.name, logKeys: [key], witnesses: witnesses)) != nil else {
      throw ValidationError("these keys do not go together: a log's key, and keys of different witnesses")
    }
  }
}
