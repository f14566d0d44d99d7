import AuditLog
import Octets
public import SoleControl
public import Throttling
import Vocabulary
import WireJSON

/// Content of the page behind a link: the credential whose PIN is to be set.
public struct InvitedCredential: Sendable {
  public let invitation: Invitation
  public let credential: Credential
  let usable: UsableCredential

  /// All that a page shows of it.
  public func canonical() -> [UInt8] { Array(invitation.id.utf8) + [0] + credential.canonical() }
}

/// The invited person's answer on the page.
public enum InvitationAnswer: Sendable {
  case set(pin: String)
  case refuse
}

extension InvitationService {
  /// The credential to which a link leads. Nothing changes by it: mail scanners open links too.
  ///
  /// - Throws: `IssuanceRefusal.unknownLink` if it leads nowhere, or no longer, which is counted for the address;
  ///   `Refusal.tooManyTries`.
  public func invited(link: String, from origin: Origin?) async throws -> InvitedCredential {
    let digest = OctetDigest.sha256(link)
    let keys = Self.linkKeys(origin)
    let now = try soleControl.context.decidingTime()
    let (wait, found) = try await store.readIssuance(
      reading: [.invitation(digest)] + keys.map { .soleControl(.throttle($0)) }
    ) { store in
      (try store.wait(keys, now: now), try store.invitation(digest))
    }
    if let wait { throw Refusal.tooManyTries(retryAfter: wait) }
    guard link.utf8.count == Self.linkLength, let found, found.isOpen(at: now) else {
      try await store.writeIssuance(reading: keys.map { .soleControl(.throttle($0, .exclusive)) }) { transaction in
        _ = try transaction.count(keys, now: now)
      }
      throw IssuanceRefusal.unknownLink
    }
    do {
      let usable = try await soleControl.credentials.usable(
        found.credential, as: Principal(partner: found.partner, signer: nil))
      return InvitedCredential(invitation: found, credential: usable.credential, usable: usable)
    } catch Refusal.unknownCredential {
      throw IssuanceRefusal.unknownLink
    }
  }

  private static func linkKeys(_ origin: Origin?) -> [ThrottleKey] {
    origin.map { [ThrottleKey(.linkAddress, $0.address, owner: ThrottleKey.owner(ofAddress: $0.address))] } ?? []
  }

  /// The person's answer. A PIN makes the credential usable, once; a refusal ends it, and revokes its certificate.
  ///
  /// - Throws: `IssuanceRefusal.unsuitablePIN`; `unknownLink` if it was answered or ended meanwhile.
  ///   `Refusal.unavailable` if the credential is not as it was shown.
  public func answer(_ answer: InvitationAnswer, to invited: InvitedCredential) async throws {
    switch answer {
    case .set(let pin): try await set(pin, of: invited)
    case .refuse:
      guard try await end(invited.invitation, as: .creationRefused, where: { _ in true }) else {
        throw IssuanceRefusal.unknownLink
      }
      await issuance.publishRevocations()
    }
  }

  private func set(_ pin: String, of invited: InvitedCredential) async throws {
    guard PINRule.isSuitable(pin) else { throw IssuanceRefusal.unsuitablePIN }
    var credential = invited.credential
    guard !credential.isEnabled, credential.authenticators.isEmpty else { throw IssuanceRefusal.unknownLink }
    credential.authenticators = [.pin(try await PINVerifier(of: pin, credential.id, soleControl.context))]
    credential.isEnabled = true
    guard credential.isConsistent else { throw InternalFault.contradictoryCredential(credential.id) }
    let (complete, row) = (credential, try await soleControl.context.protectedRow(credential))
    let (now, link) = (try soleControl.context.decidingTime(), invited.invitation.link)
    try await store.writeIssuance(
      reading: [.invitation(link, .exclusive), .soleControl(.credential(complete.id, .exclusive))]
    ) { transaction in
      guard var kept = try transaction.invitation(link), kept.state == .waiting, kept.isOpen(at: now) else {
        throw IssuanceRefusal.unknownLink
      }
      try invited.usable.requireUnchanged(in: transaction)
      try transaction.put(row, of: complete)
      kept.state = .done
      kept.due = nil
      try transaction.put(kept)
      try transaction.append(
        AuditEvent(
          .factorSet,
          [
            ("credential", .string(complete.id.rawValue)), ("signer", .string(complete.signer.rawValue)),
            ("partner", .string(complete.partner.rawValue)), ("factor", .string(FactorID.pin.rawValue)),
            ("link", true),
          ]))
    }
    // Should somebody else have had the link, the person reads it here.
    await soleControl.factors.tellOwner(of: complete, at: invited.invitation.recipient)
  }
}
