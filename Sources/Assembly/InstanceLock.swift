// `stat` belongs to the first of these that the compiler loads, which differs from build to build.
import CDispatch
import CoreFoundation
import Foundation
import Octets

#if canImport(Glibc)
  import Glibc
#endif

/// Held by the one process of this machine that serves a database under a name, until it ends, however it ends.
///
/// The lock is on the database file itself, whatever name it was opened by, so no link gets around it, and the next
/// start after a crash need not wait. The lease that holds across machines is in the database
/// (`SQLiteFileStore.takeLease`).
struct InstanceLock {
  struct Taken: Error, CustomStringConvertible {
    let description: String
  }

  private let database: String
  private let file: (device: UInt, inode: UInt)

  /// The descriptor stays open until the process ends: closing any descriptor of a file gives up the process's record
  /// locks on it, and SQLite's are among those.
  ///
  /// - Parameters:
  ///   - database: path.
  ///   - instance: among those that share the database.
  init(database: String, instance: String) throws {
    self.database = database
    let descriptor = open(database, O_RDWR | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      throw Taken(description: "\(database) cannot be opened: \(String(cString: strerror(errno)))")
    }
    file = (UInt(status.st_dev), UInt(status.st_ino))
    try Self.refuseSecondName(status, database)
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    lock.l_start = Self.offset(of: instance)
    lock.l_len = 1
    guard fcntl(descriptor, Self.setOpenFileLock, &lock) == 0 else {
      guard errno == EAGAIN || errno == EACCES else {
        throw Taken(description: "\(database) cannot be locked: \(String(cString: strerror(errno)))")
      }
      throw Taken(
        description:
          "another gateway serves \(database) as instance '\(instance)'; stop it, or give this one a name of its own (\"instance\")"
      )
    }
  }

  /// To be called before a database is opened: opening it by its second name can already destroy it.
  static func refuseSecondName(of database: String) throws {
    var status = stat()
    if stat(database, &status) == 0 { try refuseSecondName(status, database) }
  }

  private static func refuseSecondName(_ status: stat, _ database: String) throws {
    guard status.st_nlink > 1 else { return }
    throw Taken(
      description: """
        \(database) has \(status.st_nlink) names (hard links), and SQLite keeps a separate log for each; remove all but one
        """)
  }

  /// Whether the path still leads to the file that is locked.
  ///
  /// - Throws: if the system does not say, as for a disk that fails: nothing is known then.
  var isInPlace: Bool {
    get throws {
      var status = stat()
      if stat(database, &status) == 0 { return (UInt(status.st_dev), UInt(status.st_ino)) == file }
      let reason = errno
      guard reason == ENOENT || reason == ENOTDIR else {
        throw Taken(description: "\(database) cannot be looked at: \(String(cString: strerror(reason)))")
      }
      return false
    }
  }

  /// F_OFD_SETLK (fcntl(2)): a lock of the open file, not of the process, which other descriptors do not give up.
  private static let setOpenFileLock: Int32 = 37

  /// An octet for each name, far beyond those that SQLite locks and any database ends.
  private static func offset(of instance: String) -> Int {
    OctetDigest.sha256(instance).prefix(7).reduce(1) { $0 << 8 | Int($1) }
  }
}
