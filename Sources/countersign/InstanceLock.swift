import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Held by the one process that serves a database under a name, until it ends, however it ends.
///
/// A second one would take the first one's work in hand for what a crash left behind.
final class InstanceLock {
  struct Taken: Error, CustomStringConvertible {
    let description: String
  }

  private let file: Int32

  /// - Parameters:
  ///   - database: path; the lock is a file beside it.
  ///   - instance: among those that share the database.
  init(database: String, instance: String) throws {
    let name = String(
      instance.unicodeScalars.map { $0.properties.isAlphabetic || $0.isASCIIDigit ? Character($0) : "-" })
    let path = "\(database).\(name).lock"
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Taken(description: "\(path) cannot be made: \(String(cString: strerror(errno)))") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw Taken(
        description:
          "another gateway serves \(database) as instance '\(instance)'; stop it, or give this one a name of its own (\"instance\")"
      )
    }
  }

  deinit { close(file) }
}

extension Unicode.Scalar {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
