import TimestampAuthority
import Vocabulary

/// Validation data, and what level B-LT promises of them.
extension DocumentSigningService {
  /// Data that a reader needs to validate signatures and time-stamps, and does not find in them.
  ///
  /// CRLs that proved the certificates good when level B-LT was signed, always, and the current ones, which may be
  /// newer than the signatures. Next to kept ones only such count as say that a certificate is good.
  public func validationData(for signed: SignedDocuments) async -> ValidationData {
    let known = signed.documents.allSatisfy(\.hasCertificates) ? PreparedDocuments.embedded(signed.chain).count : 0
    var certificates = Array(signed.chain.dropFirst(known))
    if signed.hasTimestamps, let timestamps {
      certificates += timestamps.trustAnchors.filter { !certificates.contains($0) }
    }
    let current = await statuses(of: signed.chain, withTimestamps: signed.hasTimestamps, at: now())
    let statuses = current.signer + current.authority
    let counting = signed.keptLists.isEmpty ? statuses : statuses.filter(\.isGood)
    return ValidationData(
      certificates: certificates,
      revocationLists: (signed.keptLists + counting.compactMap(\.list)).withoutRepetitions)
  }

  /// Lists that prove all certificates good that a reader of level B-LT meets, but for roots: those of the signer and
  /// of the time-stamping authority.
  ///
  /// - Throws: `DocumentRefusal.revoked`, `authorityRevoked`, `noRevocationData`.
  func proofs(for chain: [[UInt8]], at time: UnixTime) async throws -> [[UInt8]] {
    let found = await statuses(of: chain, withTimestamps: true, at: time)
    guard !found.signer.contains(where: \.isRevoked) else { throw DocumentRefusal.revoked }
    guard !found.authority.contains(where: \.isRevoked) else { throw DocumentRefusal.authorityRevoked }
    let all = found.signer + found.authority
    // Of no certificates all are good, so both lists must have some.
    guard !found.signer.isEmpty, !found.authority.isEmpty, all.allSatisfy(\.isGood) else {
      throw DocumentRefusal.noRevocationData
    }
    return all.compactMap(\.list).withoutRepetitions
  }

  private func statuses(
    of chain: [[UInt8]], withTimestamps: Bool, at time: UnixTime
  ) async -> (signer: [RevocationStatus], authority: [RevocationStatus]) {
    let anchors = timestamps?.trustAnchors ?? []
    let stamping = withTimestamps ? timestamps?.chain ?? [] : []
    let issuers = chain + stamping + anchors
    var found: (signer: [RevocationStatus], authority: [RevocationStatus]) = ([], [])
    guard let revocation else { return found }
    for certificate in PreparedDocuments.embedded(chain) {
      found.signer.append(await revocation.status(of: certificate, issuers: issuers, at: time))
    }
    for certificate in stamping where !anchors.contains(certificate) {
      found.authority.append(await revocation.status(of: certificate, issuers: issuers, at: time))
    }
    return found
  }
}

extension [[UInt8]] {
  fileprivate var withoutRepetitions: [[UInt8]] { reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
}
