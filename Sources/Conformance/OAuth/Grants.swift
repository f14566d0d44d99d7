internal import WireJSON

/// The result of a log-in with scope service.
struct ServiceGrant: Sendable {
  let answer: Exchange
  let access: String
  let refresh: String?
}

/// The result of a log-in with scope credential.
struct CredentialGrant: Sendable {
  let answer: Exchange
  let token: String
  let credential: CredentialFacts
  let digests: [[UInt8]]
  /// UTC, seconds; nil if the answer did not tell.
  let expires: Double?
}

extension Session {
  /// A log-in with scope service; made once.
  func grant() async throws -> ServiceGrant {
    if let made = serviceGrant { return try made.get() }
    do {
      let grant = try await newGrant()
      serviceGrant = .success(grant)
      return grant
    } catch let finding as Finding {
      serviceGrant = .failure(finding)
      throw finding
    }
  }

  /// A log-in with scope service that is used for nothing else.
  func newGrant() async throws -> ServiceGrant {
    let attempt = try attempt()
    let answer = try await redeem(try await code(attempt).code, attempt)
    try answer.succeeded()
    return ServiceGrant(
      answer: answer, access: try answer.string("access_token"), refresh: answer.json?["refresh_token"]?.string)
  }

  /// Credentials that are authorized by the log-in pages.
  func oauthCredentials(where fits: (CredentialFacts) -> Bool = { _ in true }) -> [CredentialFacts] {
    run.credentials.filter { $0.isUsable && $0.isOAuth && fits($0) }
  }

  /// A credential with which the log-in pages can be gone through, and the code they gave. `info` does not tell
  /// which factors the pages ask for, so one credential after the other is tried, and those that want a one-time
  /// password last.
  func credentialCode(
    where fits: (CredentialFacts) -> Bool = { _ in true }, _ make: (CredentialFacts) throws -> Attempt
  ) async throws -> (credential: CredentialFacts, attempt: Attempt, code: String) {
    let candidates = oauthCredentials(where: fits).filter { !run.unusableOnPages.contains($0.id) }
    guard !candidates.isEmpty else { throw Finding.missing("no oauth2code credential is given that would show it") }
    var last: (any Error)?
    for withOTP in run.authenticator == nil ? [false] : [false, true] {
      for credential in candidates {
        let attempt = try make(credential)
        do {
          let code = try await code(attempt, withOTP: withOTP).code
          return (credential, attempt, code)
        } catch Finding.skipped(let skip) {
          last = Finding.skipped(skip)
        } catch {
          last = last ?? error
          run.unusableOnPages.insert(credential.id)
        }
      }
    }
    throw last ?? Finding.missing("no oauth2code credential is given")
  }

  /// A log-in with scope credential, for two digests; made once.
  func credentialAuthorization() async throws -> CredentialGrant {
    if let made = credentialGrant { return try made.get() }
    do {
      let grant = try await newCredentialGrant(count: 2)
      credentialGrant = .success(grant)
      return grant
    } catch let finding as Finding {
      credentialGrant = .failure(finding)
      throw finding
    }
  }

  func newCredentialGrant(
    count: Int, where fits: (CredentialFacts) -> Bool = { $0.multisign >= 2 }
  ) async throws -> CredentialGrant {
    var digests: [[UInt8]] = []
    let (credential, attempt, code) = try await credentialCode(where: fits) { credential in
      let hash = try algorithm(credential).hash
      digests = (0..<count).map { _ in digest(hash) }
      return try self.attempt(credential, digests: digests, hash: hash)
    }
    let answer = try await redeem(code, attempt)
    try answer.succeeded()
    return CredentialGrant(
      answer: answer, token: try answer.string("access_token"), credential: credential, digests: digests,
      expires: answer.json?["expires_in"]?.seconds.map { clock.now() + $0 })
  }

  func authorizeByOAuth(
    _ credential: CredentialFacts, count: Int, digests: [[UInt8]], hash: HashFunction
  ) async throws -> Activation {
    let attempt = try attempt(credential, digests: digests, count: count, hash: hash)
    let answer = try await redeem(try await code(attempt).code, attempt)
    try answer.succeeded()
    return Activation(
      sad: try answer.string("access_token"), credential: credential, digests: digests,
      expires: answer.json?["expires_in"]?.seconds.map { clock.now() + $0 })
  }
}
