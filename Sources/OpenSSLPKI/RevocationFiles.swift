internal import BlockingWork
public import DocumentSigning
internal import Foundation
internal import Synchronization
public import Vocabulary

/// CRLs in files, which another program keeps fresh: a file that was written since is read again.
public final class RevocationFiles: RevocationSource {
  private struct Entry {
    let modified: Date
    let list: RevocationList
  }

  private let paths: [String]
  private let entries = Mutex<[String: Entry]>([:])
  private let work = ThreadPool("revocation-lists", threads: 1, waitingLine: 1000)

  /// - Parameter paths: of files with one CRL each, DER or PEM.
  public init(paths: [String]) {
    self.paths = paths
  }

  public func revocationLists(for certificates: [[UInt8]], at time: UnixTime) async -> [[UInt8]] {
    (try? await work.run { [self] in lists(for: certificates, time) }) ?? []
  }

  private func lists(for certificates: [[UInt8]], _ time: UnixTime) -> [[UInt8]] {
    let certificates = certificates.compactMap { try? X509Certificate(der: $0) }
    return paths.compactMap(list).filter { list in
      list.isCurrent(at: time) && certificates.contains { list.covers($0) }
    }.compactMap { try? $0.der() }
  }

  /// A file that cannot be read is as good as none: the answer then lacks its CRL.
  private func list(_ path: String) -> RevocationList? {
    guard let modified = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date else {
      return nil
    }
    if let entry = entries.withLock({ $0[path] }), entry.modified == modified { return entry.list }
    guard let data = FileManager.default.contents(atPath: path), let list = try? RevocationList(Array(data)) else {
      return nil
    }
    entries.withLock { $0[path] = Entry(modified: modified, list: list) }
    return list
  }
}
