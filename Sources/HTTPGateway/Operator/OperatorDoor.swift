internal import CSCModel
internal import Octets
internal import Synchronization
internal import Throttling
internal import Vocabulary

/// Decides who sees the operator's page. It needs no store: the page is for the time when that does not work.
final class OperatorDoor: Sendable {
  enum Answer: Equatable {
    case open
    /// Nothing, or nothing right, was shown.
    case closed
    /// Too many wrong tokens came from this address: seconds until the next one is counted.
    case wait(UnixTime)
  }

  /// Addresses whose wrong tokens are remembered.
  private static let mostAddresses = 10_000

  private let tokenDigest: [UInt8]?
  /// SHA-256 of certificates.
  private let certificates: Set<[UInt8]>
  private let counts = Mutex(Counts(capacity: mostAddresses))

  init(token: String?, certificates: [[UInt8]]) {
    tokenDigest = token.map { OctetDigest.sha256($0) }
    self.certificates = Set(certificates)
  }

  /// Whether a token opens it.
  var takesTokens: Bool { tokenDigest != nil }

  /// - Parameters:
  ///   - header: `Authorization` of the request.
  ///   - certificate: SHA-256 of the one that the connection was opened with.
  func answer(header: String?, certificate: [UInt8]?, from address: String, at now: UnixTime) -> Answer {
    if let certificate, certificates.contains(certificate) { return .open }
    // Browsers ask first without: that is no try.
    guard let tokenDigest, let header else { return .closed }
    // The right one opens the door also while its address waits: it is too long to be guessed, and somebody behind the
    // same address must not keep operators out.
    if let token = Self.token(header), ConstantTime.isEqual(OctetDigest.sha256(token), tokenDigest) { return .open }
    let keys = [ThrottleKey(.operatorAddress, address)]
    return counts.withLock { counts in
      // A memory does not fail.
      guard let wait = try? counts.wait(keys, now: now) else {
        _ = try? counts.count(keys, now: now)
        return .closed
      }
      return .wait(wait)
    }
  }

  /// The password of Basic with any user name, or the token of Bearer.
  private static func token(_ header: String) -> String? {
    BearerToken.text(header) ?? BasicCredentials.octets(header).flatMap(BasicCredentials.halves)?.password
  }
}

/// Wrong tries in the memory of this process; what was not tried for longest is forgotten when there are too many.
private final class Counts: ThrottleWriting {
  private var records: LeastRecentlyUsed<ThrottleKey, ThrottleRecord>

  init(capacity: Int) { records = LeastRecentlyUsed(capacity: capacity) }

  func throttleRecord(_ key: ThrottleKey) -> ThrottleRecord { records.value(for: key) ?? .none }

  func put(_ record: ThrottleRecord, _ key: ThrottleKey, expires: Int64) { _ = records.insert(record, for: key) }

  func removeThrottling(of owner: [UInt8]) -> Int { 0 }

  func removeThrottling(expiredBefore time: Int64) {}
}
