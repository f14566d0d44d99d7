internal import CResources

/// The files that were built into the program, so that there are none to lose: the pages' templates, style and picture,
/// and the API's description. They lie in `Sources/CResources`.
enum EmbeddedFiles {
  /// By name.
  static let all: [String: [UInt8]] = {
    let files = UnsafeBufferPointer(start: embedded_files(), count: embedded_files_count())
    return Dictionary(
      uniqueKeysWithValues: files.map { file in
        (String(cString: file.name), Array(UnsafeBufferPointer(start: file.octets, count: file.size)))
      })
  }()

  /// A missing file is a mistake in the program.
  static func octets(_ name: String) -> [UInt8] {
    guard let octets = all[name] else { preconditionFailure("no file \(name) was built in") }
    return octets
  }

  static func text(_ name: String) -> String { String(decoding: octets(name), as: UTF8.self) }
}
