import Issuance
import SoleControl
import Vocabulary

extension MemoryTransaction: IssuanceWriting, InvitationWriting {
  func subject(of signer: SignerID) throws -> ProtectedRow? {
    uses(.shared, issuance: { [.subject(signer, $0)] })
    return state.subjects[signer]
  }

  func lifecycleGrant(_ digest: [UInt8]) throws -> StoredLifecycleGrant? {
    uses(.shared, issuance: { [.lifecycleGrant(digest, $0)] })
    return state.lifecycleGrants[digest]
  }

  func revocations(issuer: String, at time: UnixTime) throws -> [Revocation] {
    uses(.shared, issuance: { _ in [.revocations(issuer: issuer)] })
    return state.revocations.values.filter { $0.issuer == issuer && $0.expires > time }
      .sorted { $0.serialNumber < $1.serialNumber }
  }

  func dueNotices(instance: String, by time: UnixTime, perPartner: Int, limit: Int) throws -> [OwnerNotice] {
    uses(.shared, issuance: { _ in [.dueNotices(instance: instance)] })
    let due = state.notices.values.filter { $0.instance == instance && $0.due <= time }
      .sorted { ($0.due, $0.id) < ($1.due, $1.id) }
    var counts: [PartnerID: Int] = [:]
    return Array(
      due.filter { notice in
        counts[notice.partner, default: 0] += 1
        return counts[notice.partner, default: 0] <= perPartner
      }.prefix(limit))
  }

  func add(_ notice: OwnerNotice) throws {
    guard state.notices.updateValue(notice, forKey: notice.id) == nil else { throw StoreError.corrupt }
  }

  func postpone(_ notice: OwnerNotice, until due: UnixTime) throws -> Bool {
    uses(.exclusive, issuance: { [.notice(notice.id, $0)] })
    guard let kept = state.notices[notice.id], kept.attempts == notice.attempts else { return false }
    state.notices[notice.id] = OwnerNotice(
      id: kept.id, instance: kept.instance, partner: kept.partner, credential: kept.credential,
      serialNumber: kept.serialNumber, recipient: kept.recipient, attempts: kept.attempts + 1, due: due)
    return true
  }

  func removeNotice(_ id: String) throws -> Bool {
    uses(.exclusive, issuance: { [.notice(id, $0)] })
    return state.notices.removeValue(forKey: id) != nil
  }

  func invitation(_ link: [UInt8]) throws -> Invitation? {
    uses(.shared, issuance: { [.invitation(link, $0)] })
    return state.invitations[link]
  }

  func dueInvitations(instance: String, by time: UnixTime, perPartner: Int, limit: Int) throws -> [Invitation] {
    uses(.shared, issuance: { _ in [.dueInvitations(instance: instance)] })
    let due = state.invitations.values
      .filter { $0.instance == instance && $0.state == .waiting && $0.due.map { $0 <= time } ?? false }
      .sorted { ($0.due ?? 0, $0.id) < ($1.due ?? 0, $1.id) }
    var counts: [PartnerID: Int] = [:]
    return Array(
      due.filter { invitation in
        counts[invitation.partner, default: 0] += 1
        return counts[invitation.partner, default: 0] <= perPartner
      }.prefix(limit))
  }

  func expiredInvitations(by time: UnixTime, limit: Int) throws -> [Invitation] {
    uses(.shared, issuance: { _ in [.expiredInvitations] })
    return Array(
      state.invitations.values.filter { $0.expires <= time }.sorted { ($0.expires, $0.id) < ($1.expires, $1.id) }
        .prefix(limit))
  }

  func add(_ invitation: Invitation) throws {
    guard state.invitations.updateValue(invitation, forKey: invitation.link) == nil else { throw StoreError.corrupt }
  }

  func put(_ invitation: Invitation) throws {
    uses(.exclusive, issuance: { [.invitation(invitation.link, $0)] })
    guard var kept = state.invitations[invitation.link] else { throw StoreError.corrupt }
    (kept.state, kept.attempts, kept.due) = (invitation.state, invitation.attempts, invitation.due)
    state.invitations[invitation.link] = kept
  }

  func removeInvitation(_ link: [UInt8]) throws -> Bool {
    uses(.exclusive, issuance: { [.invitation(link, $0)] })
    return state.invitations.removeValue(forKey: link) != nil
  }

  func put(_ subject: ProtectedRow, of signer: SignerID) throws {
    uses(.exclusive, issuance: { [.subject(signer, $0)] })
    state.subjects[signer] = subject
  }

  func add(_ grant: StoredLifecycleGrant) throws {
    guard state.lifecycleGrants.updateValue(grant, forKey: grant.digest) == nil else { throw StoreError.corrupt }
  }

  func put(_ grantState: StoredLifecycleGrant.State, ofLifecycleGrant digest: [UInt8]) throws {
    uses(.exclusive, issuance: { [.lifecycleGrant(digest, $0)] })
    guard let old = state.lifecycleGrants[digest] else { throw StoreError.corrupt }
    state.lifecycleGrants[digest] = StoredLifecycleGrant(
      digest: digest, row: old.row, expires: old.expires, state: grantState)
  }

  func remove(lifecycleGrant digest: [UInt8]) throws -> Bool {
    uses(.exclusive, issuance: { [.lifecycleGrant(digest, $0)] })
    return state.lifecycleGrants.removeValue(forKey: digest) != nil
  }

  func removeLifecycleGrants(expiredBefore time: UnixTime) throws {
    state.lifecycleGrants = state.lifecycleGrants.filter { $0.value.state != .open || $0.value.expires >= time }
  }

  func takeReservedLifecycleGrants(instance: String) throws -> [StoredLifecycleGrant] {
    uses(.exclusive, issuance: { [.reservedLifecycleGrants(instance: instance, $0)] })
    let found = state.lifecycleGrants.values.filter { grant in
      if case .reserved(let owner, _, _) = grant.state { owner == instance } else { false }
    }
    for grant in found { state.lifecycleGrants[grant.digest] = nil }
    return found.sorted { $0.digest.lexicographicallyPrecedes($1.digest) }
  }

  func add(_ revocation: Revocation) throws {
    let key = "\(revocation.issuer) \(revocation.serialNumber)"
    state.revocations[key] = state.revocations[key] ?? revocation
    state.revocations = state.revocations.filter { $0.value.expires > revocation.time }
  }

  func remove(_ credential: CredentialID) throws -> Bool {
    uses(.exclusive) { [.credential(credential, $0)] }
    for factor in FactorID.allCases {
      state.factors["\(credential) \(factor)"] = nil
      state.codes["\(credential) \(factor)"] = nil
    }
    state.challenges.removeAll { $0.challenge.credential == credential }
    for id in state.pending.filter({ $0.value.credential == credential }).keys { state.backchannelRequests[id] = nil }
    state.pending = state.pending.filter { $0.value.credential != credential }
    state.invitations = state.invitations.filter { $0.value.credential != credential }
    return state.credentials.removeValue(forKey: credential) != nil
  }
}
