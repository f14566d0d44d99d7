import AuditLog
import Octets
public import RecordedCalls
public import SoleControl
public import Vocabulary
import WireJSON

/// A reason to refuse what a partner wants with a signer.
public enum SignerRefusal: Error, Equatable, Sendable {
  /// There is none of this id, or it is another partner's.
  case unknown
  /// Another signer of the partner has this external name.
  case externalIDTaken
  /// The representative is unknown, closed, or no person.
  case representativeUnknown
  case closed
  /// It has another revision than those that the caller knows.
  case changed
}

/// A signer with its personal data.
public struct KnownSigner: Equatable, Sendable {
  public let signer: Signer
  public let data: PersonalData

  public init(signer: Signer, data: PersonalData) {
    self.signer = signer
    self.data = data
  }
}

/// A page of a partner's signers.
public struct KnownSigners: Equatable, Sendable {
  public let signers: [KnownSigner]
  /// Those of the page whose personal data cannot be read with the key that the store has. They are left out.
  public let unreadable: [SignerID]
  /// Place after which there are more; nil if there are none.
  public let next: SignerSelection.Place?
}

/// Registers the signers of partners, finds and changes them. A partner reaches its own signers and no others: another
/// one's is unknown, in every respect.
public struct SignerService: Sendable {
  let store: any EnrolmentStore
  let boxes: DataBoxes
  let secrets: EnrolmentSecrets
  let clock: ServiceContext.Clock

  public init(
    store: any EnrolmentStore, device: any DataKeyDevice, secrets: EnrolmentSecrets, clock: ServiceContext.Clock
  ) {
    self.store = store
    boxes = DataBoxes(device: device)
    self.secrets = secrets
    self.clock = clock
  }

  /// Properties of a signer that is to be registered.
  public struct New: Sendable {
    public let kind: SubjectKind
    public let locale: String
    public let representative: SignerID?
    public let data: PersonalData

    public init(kind: SubjectKind, locale: String, representative: SignerID?, data: PersonalData) {
      self.kind = kind
      self.locale = locale
      self.representative = representative
      self.data = data
    }
  }

  // MARK: Registering

  /// Registers a signer, once for each call.
  ///
  /// - Throws: `SignerRefusal.externalIDTaken`, `.representativeUnknown`; `CallDiffers`.
  public func open(
    _ new: New, of partner: PartnerID, recording: CallRecording<KnownSigner>
  ) async throws -> CallOutcome<KnownSigner> {
    let now = try decidingTime()
    let external = new.data.externalID.map { secrets.digest(of: $0, partner) }
    let representative = new.representative
    // Before the device works: what comes again, or is refused, costs it nothing. The transaction decides.
    let early = try await store.readEnrolment(
      reading: Self.keys(recording.call, partner, external, representative, .shared)
    ) { reading -> [UInt8]? in
      if let answer = try recording.known(in: reading, at: now) { return answer }
      try Self.check(reading, partner, external, representative)
      return nil
    }
    if let early { return .repeated(early) }
    let known = try await make(new, partner, external, at: now)
    let signer = known.signer
    return try await store.writeEnrolment(
      reading: Self.keys(recording.call, partner, external, representative, .exclusive)
    ) { transaction in
      try recording.once(in: transaction, at: now, about: { $0.signer.id }) {
        try Self.check(transaction, partner, external, representative)
        try transaction.add(signer)
        try transaction.append(
          AuditEvent(
            .signerOpened, partner: partner.rawValue,
            [("signer", .string(signer.id.rawValue)), ("kind", .string(signer.kind.rawValue))]))
        return known
      }
    }
  }

  /// Checks that a partner may register a signer of this external name and representative.
  private static func check(
    _ signers: any SignerReading, _ partner: PartnerID, _ external: [UInt8]?, _ representative: SignerID?
  ) throws {
    if let external, try signers.signer(of: partner, external: external) != nil {
      throw SignerRefusal.externalIDTaken
    }
    guard let representative else { return }
    guard let person = try signers.signer(representative, of: partner), person.kind == .person, person.state == .open
    else { throw SignerRefusal.representativeUnknown }
  }

  private static func keys(
    _ call: IncomingCall, _ partner: PartnerID, _ external: [UInt8]?, _ representative: SignerID?, _ lock: RowLock
  ) -> [EnrolmentKey] {
    var keys = [EnrolmentKey.call(call.name, lock)]
    if let external { keys.append(.external(partner, external, lock)) }
    if let representative { keys.append(.signer(representative)) }
    return keys
  }

  private func make(_ new: New, _ partner: PartnerID, _ external: [UInt8]?, at now: UnixTime) async throws
    -> KnownSigner
  {
    let id: SignerID
    let dataKey: WrappedKey
    do throws(DeviceError) {
      id = SignerID(Hex.encode(try await boxes.device.random(count: 16)))
      dataKey = try await boxes.device.makeDataKey()
    } catch { throw error.asFault }
    return KnownSigner(
      signer: Signer(
        id: id, partner: partner, kind: new.kind, representative: new.representative, created: now, dataKey: dataKey,
        state: .open, locale: new.locale, external: external,
        sealed: try await boxes.seal(new.data, of: id, under: dataKey), revision: 1),
      data: new.data)
  }

  // MARK: Finding

  /// - Throws: `SignerRefusal.unknown`.
  public func signer(_ id: SignerID, of partner: PartnerID) async throws -> KnownSigner {
    let found = try await store.readEnrolment(reading: [.signer(id)]) { try $0.signer(id, of: partner) }
    guard let found else { throw SignerRefusal.unknown }
    return KnownSigner(signer: found, data: try await boxes.open(found))
  }

  /// - Parameter externalID: the name that they have at the partner; nil for any.
  public func signers(
    of partner: PartnerID, externalID: String?, _ selection: SignerSelection
  ) async throws -> KnownSigners {
    var selection = selection
    selection.external = externalID.map { secrets.digest(of: $0, partner) }
    let page = try await store.readEnrolment(reading: [.signers(of: partner)]) { [selection] in
      try $0.signers(of: partner, selection)
    }
    let opened = Array(zip(page.signers, try await boxes.open(page.signers)))
    return KnownSigners(
      signers: opened.compactMap { signer, data in data.map { KnownSigner(signer: signer, data: $0) } },
      unreadable: opened.filter { $0.1 == nil }.map(\.0.id), next: page.next)
  }

  /// Number of signers that a partner registered in this time.
  public func countOpened(by partner: PartnerID, in times: Range<UnixTime>) async throws -> Int {
    try await store.readEnrolment(reading: [.signers(of: partner)]) { try $0.countSigners(of: partner, created: times) }
  }

  /// Removes calls whose time is over, a bounded number of them.
  public func removeOldCalls() async throws {
    let now = try decidingTime()
    try await store.writeEnrolment(reading: []) { try $0.removeCalls(expiredBefore: now) }
  }

  /// Random octets of the device.
  public func random(_ count: Int) async throws -> [UInt8] {
    do { return try await boxes.device.random(count: count) } catch { throw error.asFault }
  }

  private func decidingTime() throws -> UnixTime {
    guard clock.isRight() else { throw Refusal.unavailable }
    return clock.now()
  }
}
