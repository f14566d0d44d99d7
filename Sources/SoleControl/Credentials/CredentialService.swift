import AuditLog
public import Vocabulary
import WireJSON

/// Credentials: finding them, making them, and whether their rows are as they were written.
public struct CredentialService: Sendable {
  let context: ServiceContext

  init(_ context: ServiceContext) { self.context = context }

  // MARK: Finding

  /// The credential, if the principal may use it.
  public func credential(_ id: CredentialID, as principal: Principal) async throws -> Credential {
    try await usable(id, as: principal).credential
  }

  /// The credential, if the principal may use it, with its row's MAC.
  ///
  /// - Throws: `Refusal.unknownCredential`, `InternalFault.rowIntegrity`.
  package func usable(
    _ id: CredentialID, for use: CredentialUse = .any, as principal: Principal
  ) async throws -> UsableCredential {
    try await usable(try await read(reading: [.credential(id)]) { try $0.credential(id) }, id, for: use, as: principal)
  }

  /// The same, for a row that was read together with others.
  func usable(
    _ row: ProtectedRow?, _ id: CredentialID, for use: CredentialUse = .any, as principal: Principal
  ) async throws -> UsableCredential {
    guard let row else { throw Refusal.unknownCredential }
    let credential = try await confirmed(row, id: id, for: use)
    guard principal.mayUse(credential) else { throw Refusal.unknownCredential }
    return UsableCredential(credential: credential, row: row)
  }

  /// The credential, if the principal may sign with it now and so.
  public func credential(
    _ id: CredentialID, for algorithms: Set<SignatureAlgorithm>, as principal: Principal
  ) async throws -> Credential {
    let credential = try await credential(id, as: principal)
    try credential.checkUse(with: algorithms)
    try credential.checkCertificate(at: context.clock.now())
    return credential
  }

  /// The credential for a kind of signature, when the caller does not name one (CSC v2 §11.14
  /// `signatureQualifier`): the one that the SAD was made for, if it is of that kind; else the signer's first one that
  /// is enabled and valid.
  ///
  /// - Returns: nil if there is none.
  public func credential(
    qualified qualifier: String, authorizedBy sad: SignatureActivationData?, as principal: Principal
  ) async throws -> CredentialID? {
    if let sad, let verified = try await context.verified(sad) {
      let named = try await credential(verified.binding.credential, as: principal)
      if named.qualifier == qualifier { return named.id }
    }
    guard let signer = principal.signer else { return nil }
    let now = context.clock.now()
    return try await list(of: signer, after: nil, limit: 1000, as: principal)
      .first { $0.qualifier == qualifier && $0.isEnabled && $0.isValid(at: now) }?.id
  }

  /// A signer's credentials that the principal may use, in order of id. One that was edited, or that claims what
  /// its certificate does not bear out, is left out, and the log names it: it must not take the others from their
  /// owner.
  public func list(
    of signer: SignerID, after: CredentialID?, limit: Int, as principal: Principal
  ) async throws -> [Credential] {
    let rows = try await read(reading: [.credentials(of: signer)]) {
      try $0.credentials(of: signer, after: after, limit: limit)
    }
    var credentials: [Credential] = []
    for row in rows {
      do {
        let credential = try await listed(row, signer)
        if principal.mayUse(credential) { credentials.append(credential) }
      } catch InternalFault.rowIntegrity {
      } catch InternalFault.unfoundedQualifier {}
    }
    return credentials
  }

  /// - Parameter signer: the one by whom the row was found, in a column of its own that has no MAC.
  private func listed(_ row: ProtectedRow, _ signer: SignerID) async throws -> Credential {
    let id = Credential(canonical: row.text)?.id
    guard let id else {
      throw try await context.integrityFault(
        row, named: ("signer", .string(signer.rawValue)), InternalFault.rowIntegrity(CredentialID("")))
    }
    let credential = try await confirmed(row, id: id)
    guard credential.signer == signer else { throw try await integrityFault(row, id) }
    return credential
  }

  // MARK: Locked factors

  /// Opens a locked factor again, or forgets its wrong tries, and codes that a clock used up that was ahead. For the
  /// partner, who knows its customer.
  ///
  /// - Returns: whether there were any; if not, nothing is written.
  /// - Throws: `Refusal.unknownFactor` if the credential does not have it.
  @discardableResult
  public func unlock(_ factor: FactorID, of id: CredentialID, as principal: Principal) async throws -> Bool {
    let credential = try await usable(id, as: principal).credential
    guard credential.authenticators.contains(where: { $0.factor == factor }) else { throw Refusal.unknownFactor }
    let now = context.clock.now()
    return try await write(reading: [.factorState(factor, id, .exclusive)]) { transaction in
      var state = try transaction.factorState(factor, of: id)
      let isAhead = state.isAhead(at: now)
      guard state.failures > 0 || isAhead else { return false }
      state.failures = 0
      // A clock that was ahead used up codes that are still to come.
      if isAhead { state.lastStep = 0 }
      try transaction.put(state, factor, of: id)
      try transaction.append(
        AuditEvent(
          .credentialUnlocked,
          [
            ("credential", .string(id.rawValue)), ("factor", .string(factor.rawValue)),
            ("partner", .string(principal.partner.rawValue)),
          ]))
      return true
    }
  }
}

/// A credential that a principal may use, as it was when it was read.
package struct UsableCredential: Sendable {
  package let credential: Credential
  /// The row that was verified.
  package let row: ProtectedRow
  package var id: CredentialID { credential.id }
  package var mac: [UInt8] { row.mac }

  /// Whether the row is still as it was read. All of it counts: it may have been read long ago, and was perhaps edited.
  func isUnchanged(in transaction: any CredentialReading) throws -> Bool { try transaction.credential(id) == row }

  /// - Throws: `Refusal.unavailable` if the credential is no longer as it was read.
  package func requireUnchanged(in transaction: any CredentialReading) throws {
    guard try isUnchanged(in: transaction) else { throw Refusal.unavailable }
  }
}

extension Credential {
  /// Whether it may be used with these algorithms.
  func checkUse(with algorithms: Set<SignatureAlgorithm>) throws {
    guard isEnabled else { throw Refusal.credentialDisabled }
    for algorithm in algorithms where !algorithm.fits(keyType) {
      if case (.rsaPSS, .rsa) = (algorithm, keyType) { throw Refusal.parametersNotSupported }
      throw Refusal.algorithmNotAllowed
    }
  }

  func checkCertificate(at now: UnixTime) throws {
    guard isValid(at: now) else {
      throw Refusal.certificateExpired(organization: certificate.organization, commonName: certificate.commonName)
    }
  }
}

extension CredentialService {
  /// The certificate in a credential's row, DER; nil if there is no such credential. The row is not held against its
  /// MAC: for callers who know the certificate's digest.
  package func unverifiedCertificate(of id: CredentialID) async throws -> [UInt8]? {
    let row = try await read(reading: [.credential(id)]) { try $0.credential(id) }
    return row.flatMap { Self.unverifiedCertificate(inRow: $0.text) }
  }

  /// The same of the text of a credential's row; nil if it is none.
  package static func unverifiedCertificate(inRow text: [UInt8]) -> [UInt8]? {
    Credential(canonical: text)?.certificate.chain.first
  }
}
