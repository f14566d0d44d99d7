internal import CSCModel
internal import Octets
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

  private let tokenDigest: [UInt8]?
  /// SHA-256 of certificates.
  private let certificates: Set<[UInt8]>
  private let wrong = AddressTries(.operatorAddress)

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
    if let wait = wrong.wait(for: address, at: now) { return .wait(wait) }
    wrong.count(address, at: now)
    return .closed
  }

  /// The password of Basic with any user name, or the token of Bearer.
  private static func token(_ header: String) -> String? {
    BearerToken.text(header) ?? BasicCredentials.octets(header).flatMap(BasicCredentials.halves)?.password
  }
}
