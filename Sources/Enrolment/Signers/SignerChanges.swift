import AuditLog
import SoleControl
public import Vocabulary
import WireJSON

extension SignerService {
  /// Attempts at a change while others change the same signer.
  private static let attempts = 4

  /// Changes where a signer is reached, its language, and the partner's own name for it. Its other names come from
  /// identity proofings.
  ///
  /// - Parameters:
  ///   - isWanted: whether the caller knows the signer in this revision.
  ///   - change: gives language and personal data as they are to be. It may run again.
  /// - Throws: `SignerRefusal.unknown`, `.changed`, `.closed`, `.externalIDTaken`.
  public func change(
    _ id: SignerID, of partner: PartnerID, if isWanted: @Sendable (_ revision: Int64) -> Bool,
    _ change: @Sendable (_ locale: String, PersonalData) -> (locale: String, data: PersonalData)
  ) async throws -> KnownSigner {
    for _ in 0..<Self.attempts {
      let old = try await signer(id, of: partner)
      guard isWanted(old.signer.revision) else { throw SignerRefusal.changed }
      guard old.signer.state == .open else { throw SignerRefusal.closed }
      let (locale, data) = change(old.signer.locale, old.data)
      // A change to what it is already is none.
      guard locale != old.signer.locale || data != old.data else { return old }
      var new = old.signer
      new.locale = locale
      new.external = data.externalID.map { secrets.digest(of: $0, partner) }
      new.sealed = try await boxes.seal(data, of: id, under: new.dataKey)
      new.revision += 1
      if try await replace(old.signer, by: new) { return KnownSigner(signer: new, data: data) }
    }
    throw Refusal.unavailable
  }

  private static func keys(of signer: Signer, _ external: [UInt8]?) -> [EnrolmentKey] {
    let own = EnrolmentKey.signer(signer.id, .exclusive)
    return external.map { [own, EnrolmentKey.external(signer.partner, $0, .exclusive)] } ?? [own]
  }

  /// - Returns: false if somebody else changed the signer meanwhile; then nothing happens.
  private func replace(_ old: Signer, by new: Signer) async throws -> Bool {
    let external = new.external == old.external ? nil : new.external
    return try await store.writeEnrolment(reading: Self.keys(of: new, external)) { transaction in
      guard try transaction.signer(new.id, of: new.partner) == old else { return false }
      if let external, try transaction.signer(of: new.partner, external: external) != nil {
        throw SignerRefusal.externalIDTaken
      }
      try transaction.put(new)
      try transaction.append(
        AuditEvent(
          .contactChanged, partner: new.partner.rawValue,
          [("signer", .string(new.id.rawValue)), ("revision", .integer(new.revision))]))
      return true
    }
  }
}
