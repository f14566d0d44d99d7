import Foundation

/// The files, connections among them, that the system lets this process have open.
enum OpenFiles {
  /// Raises the limit to the highest one that the system allows without asking: systems start programs with 1,024, for
  /// those that cannot count further, and then leave it to them.
  static func raiseLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else {
      return
    }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
