public import Octets
public import Vocabulary

/// The directory of the partners and their software.
///
/// It is asked at the time of use, for each use: a caller keeps no answer beyond the request that it serves, so that a
/// client that is taken away, or a policy that is tightened, is obeyed at once. What is made from a record at some cost
/// is kept under the record's revision (`PartnerCache`).
///
/// All requirements throw `DirectoryUnavailable` if there is no answer now. Then nothing is decided and nothing is
/// spent. A directory that looks elsewhere reports its outages itself, and answers `browserOrigins` from memory.
public protocol PartnerDirectory: Sendable {
  /// The partner of this id, octet by octet; nil if there is none.
  func partner(_ id: PartnerID) async throws -> Partner?

  /// The client of this id (RFC 6749 §2.2), octet by octet; nil if there is none. It names its partner.
  func client(_ id: ClientID) async throws -> Client?

  /// All origins (RFC 6454, as browsers write them) from which some partner's pages may call the API and the
  /// authorization server.
  func browserOrigins() async throws -> Set<OctetText>
}

/// Failure of a directory to answer, for a reason that may pass. The caller's answer is that of a store that is away.
public struct DirectoryUnavailable: Error, Equatable {
  public init() {}
}
