public import SoleControl
public import Vocabulary

/// A person or an organisation that a partner has registered, as the store keeps it: without anything personal in the
/// clear.
public struct Signer: Equatable, Sendable {
  /// 128 random bits, in hexadecimal.
  public let id: SignerID
  public let partner: PartnerID
  public let kind: SubjectKind
  /// Of an organisation: the person who acts for it.
  public let representative: SignerID?
  public let created: UnixTime
  /// Secret of the signer's personal data, which the device wraps.
  public let dataKey: WrappedKey
  public var state: SignerState
  /// RFC 5646.
  public var locale: String
  /// Keyed digest of the partner's own name for the signer; nil if it has none.
  public var external: [UInt8]?
  /// `PersonalData`, encrypted.
  public var sealed: [UInt8]
  /// Counts the changes, from 1.
  public var revision: Int64

  public init(
    id: SignerID, partner: PartnerID, kind: SubjectKind, representative: SignerID?, created: UnixTime,
    dataKey: WrappedKey, state: SignerState, locale: String, external: [UInt8]?, sealed: [UInt8], revision: Int64
  ) {
    self.id = id
    self.partner = partner
    self.kind = kind
    self.representative = representative
    self.created = created
    self.dataKey = dataKey
    self.state = state
    self.locale = locale
    self.external = external
    self.sealed = sealed
    self.revision = revision
  }
}

/// Some signers of a partner.
public struct SignerSelection: Equatable, Sendable {
  /// A place in the order of time and id.
  public struct Place: Equatable, Sendable {
    public let created: UnixTime
    public let id: SignerID

    public init(created: UnixTime, id: SignerID) {
      self.created = created
      self.id = id
    }
  }

  /// Keyed digest of the external name that they have; nil for any.
  public var external: [UInt8]?
  public var state: SignerState?
  /// They come after this place in the order that is asked for; nil for the first.
  public var after: Place?
  /// The newest first.
  public var isDescending = false
  /// Greatest number of them, from 1.
  public var limit: Int

  public init(limit: Int) { self.limit = limit }
}

/// Signers that a selection found.
public struct SignerPage: Equatable, Sendable {
  /// No more than were asked for; fewer if some of them cannot be read.
  public let signers: [Signer]
  /// Place of the last one that was looked at, after which there are more; nil if there are none.
  public let next: SignerSelection.Place?

  public init(signers: [Signer], next: SignerSelection.Place?) {
    self.signers = signers
    self.next = next
  }
}

extension Signer {
  public var place: SignerSelection.Place { SignerSelection.Place(created: created, id: id) }
}
