public import Octets
import Synchronization
public import Vocabulary

/// A directory in memory, filled from elsewhere. It always answers, and never waits.
public final class MemoryPartnerDirectory: PartnerDirectory {
  private struct Contents: Sendable {
    var partners: [OctetText: Partner] = [:]
    var clients: [OctetText: Client] = [:]
    var origins: Set<OctetText> = []
    /// The last one that was given.
    var revision: UInt64 = 0
  }

  private let contents = Mutex(Contents())

  /// - Parameter revision: the records' revisions are greater.
  public init(_ partners: [Partner] = [], after revision: UInt64 = 0) {
    contents.withLock { $0.revision = revision }
    _ = replace(with: partners)
  }

  /// Takes these partners and no others. Of those that are as they were, the revision stays.
  ///
  /// - Parameter partners: ids of partners and clients occur once; of two with one id the first counts.
  /// - Returns: those that came, went or changed, in the order of their ids.
  @discardableResult
  public func replace(with partners: [Partner]) -> [PartnerID] {
    contents.withLock { contents in
      var changed = contents.partners
      var new = Contents(revision: contents.revision)
      for var partner in partners {
        let id = OctetText(partner.id.rawValue)
        guard new.partners[id] == nil else { continue }
        partner.revision = contents.partners[id]?.revision ?? 0
        if contents.partners[id] != partner {
          new.revision += 1
          partner.revision = new.revision
          changed[id] = partner
        } else {
          changed[id] = nil
        }
        new.partners[id] = partner
        for client in partner.clients where new.clients[client.id.rawValue] == nil {
          new.clients[client.id.rawValue] = client
        }
        new.origins.formUnion(partner.browserOrigins.map { OctetText($0) })
      }
      contents = new
      return changed.values.map(\.id).sorted { $0.rawValue < $1.rawValue }
    }
  }

  /// All of them, in the order of their ids.
  public var partners: [Partner] {
    contents.withLock { $0.partners.values.sorted { $0.id.rawValue < $1.id.rawValue } }
  }

  public func partner(_ id: PartnerID) async -> Partner? { contents.withLock { $0.partners[id.rawValue] } }
  public func client(_ id: ClientID) async -> Client? { contents.withLock { $0.clients[id.rawValue] } }
  public func browserOrigins() async -> Set<OctetText> { contents.withLock { $0.origins } }
}
