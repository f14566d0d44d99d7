import Octets
import WireJSON

/// The name under which an entry that receipts need is found in the index of a stored log: eight octets of a digest, so
/// that the index is small. Two things may have one name; what is found has to be looked at.
public struct EntryName: Sendable, Hashable {
  /// Positive.
  public let value: Int64

  private init(_ kind: String, _ text: String) {
    let digest = OctetDigest.sha256(Array(kind.utf8) + [0] + Array(text.utf8))
    value = max(1, digest.prefix(8).reduce(0) { $0 << 8 | Int64($1) } & .max)
  }

  /// Of `signature.intended`, `.made` and `.resumed`.
  public static func operation(_ id: String) -> EntryName { EntryName("operation", id) }
  /// Of the entry that made a SAD.
  static func activation(_ name: String) -> EntryName { EntryName("activation", name) }
  /// Of an authorization that waited for its customer.
  static func pending(_ id: String) -> EntryName { EntryName("pending", id) }
  /// Of the certificates of a credential.
  static func credential(_ id: String) -> EntryName { EntryName("credential", id) }

  /// The name of an entry; nil if no receipt needs it.
  public init?(of entry: AuditEntry) {
    guard let kind = EntryHeader.glance(at: entry.header)?.kind, let known = AuditEvent.Kind(rawValue: kind),
      let member = Self.member(of: known), let text = entry.object?[member]?.string
    else { return nil }
    self.init(member, text)
  }

  private static func member(of kind: AuditEvent.Kind) -> String? {
    switch kind {
    case .signatureIntended, .signatureMade, .signatureResumed: "operation"
    case .authorizationGranted, .authorizationExtended: "activation"
    case .authorizationPending, .authorizationConfirmed: "pending"
    case .certificateIssued: "credential"
    default: nil
    }
  }
}
