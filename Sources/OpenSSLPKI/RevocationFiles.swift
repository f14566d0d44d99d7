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

  public func status(of certificate: [UInt8], issuers: [[UInt8]], at time: UnixTime) async -> RevocationStatus {
    (try? await work.run { [self] in try status(of: certificate, issuers, time) }) ?? .unknown
  }

  /// Of several lists in force the newest counts as proof; any that names the certificate counts against it.
  private func status(of der: [UInt8], _ issuers: [[UInt8]], _ time: UnixTime) throws -> RevocationStatus {
    let certificate = try X509Certificate(der: der)
    guard
      let issuer = issuers.lazy.compactMap({ try? X509Certificate(der: $0) }).first(where: certificate.isIssued)
    else { return .unknown }
    var newest: RevocationList?
    for list in paths.compactMap(list) {
      guard let isNamed = list.names(certificate, issuedBy: issuer, at: time) else { continue }
      if isNamed { return .revoked(list: try list.der()) }
      if list.isNewer(than: newest) { newest = list }
    }
    return try newest.map { .good(list: try $0.der()) } ?? .unknown
  }

  /// Octets of a file that is looked into: each answer, and each signature of level B-LT in the ledger, has its lists.
  private static let largestList = 4 << 20

  /// A file that cannot be read, or is too large, is as good as none.
  private func list(_ path: String) -> RevocationList? {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let modified = attributes[.modificationDate] as? Date,
      let size = attributes[.size] as? Int, size <= Self.largestList
    else { return nil }
    if let entry = entries.withLock({ $0[path] }), entry.modified == modified { return entry.list }
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.largestList,
      let list = try? RevocationList(Array(data))
    else { return nil }
    entries.withLock { $0[path] = Entry(modified: modified, list: list) }
    return list
  }
}
