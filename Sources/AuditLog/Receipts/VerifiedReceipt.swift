import Octets
public import TransparencyLog
public import WireJSON

/// An entry that a checkpoint covers, with its payload.
public struct ProvenEntry: Sendable, Equatable {
  /// Place in the tree, from 0.
  public let index: UInt64
  public let header: EntryHeader
  /// As `AuditEntry.object`.
  public let fields: JSONObject

  var kind: AuditEvent.Kind? { AuditEvent.Kind(rawValue: header.kind) }
}

/// A receipt of which everything was proven: each entry is in the log, and together they make the history of one
/// signature. Only `Receipt.verify` makes one.
public struct VerifiedReceipt: Sendable, Equatable {
  public let checkpoint: VerifiedCheckpoint
  public let made: ProvenEntry
  public let intended: ProvenEntry
  /// The SAD, and those whose place it took: the newest first. The last one has the evidence.
  public let authorizations: [ProvenEntry]
  /// The certificate of the credential; nil if the receipt does not say.
  public let certificate: ProvenEntry?
  /// All else that belongs to the signature: an authorization that waited for its customer, a signature that was taken
  /// up again.
  public let others: [ProvenEntry]
  /// A box for `ReceiptOwner`, of which nothing is proven before it is opened; nil if there is none.
  public let owner: [UInt8]?

  init(
    checkpoint: VerifiedCheckpoint, made: ProvenEntry, related: [ProvenEntry], owner: [UInt8]? = nil
  ) throws(ReceiptFault) {
    self.owner = owner
    guard made.kind == .signatureMade else { throw .notMade(kind: made.header.kind) }
    var rest = related
    guard let operation = made.text("operation"),
      let intended = rest.take(where: { $0.kind == .signatureIntended && $0.text("operation").isSame(as: operation) })
    else { throw .missing(AuditEvent.Kind.signatureIntended.rawValue) }
    let chain = try Self.chain(of: intended, &rest)
    let certificate = rest.take { $0.kind == .certificateIssued && $0.agrees(with: intended, on: "credential") }
    let pending = Set(texts: chain.compactMap { $0.text("pending") })
    for entry in rest where !Self.belongs(entry, to: operation, pending) {
      throw .unrelated(index: entry.index, kind: entry.header.kind)
    }
    self.checkpoint = checkpoint
    self.made = made
    self.intended = intended
    self.authorizations = chain
    self.certificate = certificate
    others = rest
    try compare()
  }

  private static func chain(
    of intended: ProvenEntry, _ rest: inout [ProvenEntry]
  ) throws(ReceiptFault) -> [ProvenEntry] {
    var chain: [ProvenEntry] = []
    var next = intended.text("activation")
    while let name = next {
      let found = rest.take {
        ($0.kind == .authorizationGranted || $0.kind == .authorizationExtended)
          && $0.text("activation").isSame(as: name)
      }
      guard let found else { throw .missing("\(AuditEvent.Kind.authorizationGranted.rawValue) of SAD \(name)") }
      chain.append(found)
      next = found.kind == .authorizationExtended ? found.text("extends") : nil
    }
    guard chain.last?.kind == .authorizationGranted else {
      throw .missing(AuditEvent.Kind.authorizationGranted.rawValue)
    }
    return chain
  }

  private static func belongs(_ entry: ProvenEntry, to operation: String, _ pending: Set<OctetText>) -> Bool {
    switch entry.kind {
    case .authorizationPending, .authorizationConfirmed: entry.text("pending").map(pending.contains) ?? false
    case .signatureResumed: entry.text("operation").isSame(as: operation)
    default: false
    }
  }

  // MARK: What they say together

  private func compare() throws(ReceiptFault) {
    for entry in [intended] + authorizations + others + (certificate.map { [$0] } ?? []) {
      guard entry.header.partner.isEmpty || entry.header.partner == made.header.partner else {
        throw .contradiction(index: entry.index, "another partner")
      }
    }
    // An authorization stands in the log before its signature.
    for (later, earlier) in zip([made, intended] + authorizations, [intended] + authorizations)
    where later.index <= earlier.index { throw .contradiction(index: earlier.index, "it came later") }
    if let certificate, certificate.index > intended.index {
      throw .contradiction(index: certificate.index, "it came later")
    }
    for entry in authorizations {
      for name in ["credential", "signer", "partner"] where !entry.agrees(with: intended, on: name) {
        throw .contradiction(index: entry.index, "another \(name)")
      }
    }
    try compareStatus()
    let digests = Self.texts(intended.fields["digests"])
    guard made.fields["count"]?.integer == Int64(digests.count), !digests.isEmpty else {
      throw .contradiction(index: made.index, "another number of signatures")
    }
    guard let sad = authorizations.first, let allowed = sad.fields["numSignatures"]?.integer, allowed >= digests.count
    else { throw .contradiction(index: intended.index, "more signatures than were authorized") }
    let authorized = Set(texts: Self.texts(sad.fields["digests"]))
    let wanted = intended.fields["authorized"].map { Self.texts($0) } ?? digests
    guard wanted.count == digests.count, authorized.isEmpty || wanted.allSatisfy({ authorized.contains($0) }) else {
      throw .contradiction(index: intended.index, "a digest that was not authorized")
    }
  }

  /// The certificate that was looked at before the signature, if the entry says, is the credential's, and was good.
  private func compareStatus() throws(ReceiptFault) {
    guard let status = intended.fields["status"]?.object else { return }
    guard status["enabled"]?.bool == true, let notAfter = status["notAfter"]?.integer,
      let checked = status["checkedAt"]?.integer, checked <= notAfter
    else { throw .contradiction(index: intended.index, "a certificate that was not good") }
    guard let certificate, let serial = certificate.text("serialNumber") else { return }
    guard status["serialNumber"]?.string.isSame(as: serial) == true else {
      throw .contradiction(index: certificate.index, "another certificate")
    }
  }

  private static func texts(_ value: JSONValue?) -> [String] { value?.array?.compactMap(\.string) ?? [] }
}

extension ProvenEntry {
  func text(_ name: String) -> String? { fields[name]?.string }

  func agrees(with other: ProvenEntry, on name: String) -> Bool {
    guard let own = text(name), let others = other.text(name) else { return false }
    return own.isSame(as: others)
  }
}

extension [ProvenEntry] {
  /// Takes the first such entry out.
  fileprivate mutating func take(where isWanted: (ProvenEntry) -> Bool) -> ProvenEntry? {
    firstIndex(where: isWanted).map { remove(at: $0) }
  }
}
