internal import CSCModel
internal import Hummingbird
internal import Issuance
internal import Logging
internal import OAuth
internal import Octets
internal import Registry
internal import SoleControl
internal import Vocabulary

/// Finds out in whose name a call of a protected method is made.
struct BearerAuthentication: Sendable {
  let soleControl: SoleControlServices
  let issuance: IssuanceService
  let tokens: TokenService
  let partners: any PartnerDirectory
  /// Base URL of the listener on which clients show certificates; nil if there is none.
  let mutualTLSURL: String?
  let logger: Logger

  /// - Throws: `CSCError`
  func caller(
    _ request: Request, _ context: GatewayContext, _ method: CSCModel.Method, _ version: CSCVersion
  ) async throws -> Caller {
    guard let header = request.headers[.authorization], let token = BearerToken.text(header) else {
      throw CSCError.malformedHeader(method, version)
    }
    let caller = try await caller(token, method)
    try await confirming(caller) {
      try await check(caller, context)
      try await checkContract(caller, method)
    }
    return caller
  }

  /// Runs the rest of a call whose token was perhaps remembered. If it fails before the transaction that decides has
  /// looked for the token, the token is looked up: that it is no good any more is the earlier fault.
  func confirming<Output>(_ caller: Caller, _ rest: () async throws -> Output) async throws -> Output {
    do { return try await rest() } catch {
      if case .service(let record, let token?) = caller, !token.wasConfirmed {
        do { try await found { try await tokens.confirm(record) } } catch {
          Holdings.current?.partner = nil
          throw error
        }
      }
      throw error
    }
  }

  /// Asks again after the body, which may take minutes: a client that was removed meanwhile gets nothing more, nor does
  /// a partner whose contract rests.
  func checkAgain(_ caller: Caller, _ context: GatewayContext, _ method: CSCModel.Method) async throws {
    try await check(caller, context)
    try await checkContract(caller, method)
  }

  /// Whether the client may still use the token, and use it so.
  private func check(_ caller: Caller, _ context: GatewayContext) async throws {
    guard let id = caller.principal.client else { return }
    // A client that is not registered any more, or for another partner, has no tokens.
    guard let client = try await partners.client(id), client.partner == caller.principal.partner else {
      throw CSCError.invalidToken
    }
    // Nor one that is trusted no more.
    if case .lifecycle(let bearer) = caller, bearer.grant.isByClient,
      !client.trustedScopes.contains(bearer.grant.isCreation ? .credentialCreation : .credentialDeletion)
    {
      throw CSCError.invalidToken
    }
    guard await client.mayUseTokens(on: context, mutualTLSURL, logger) else { throw CSCError.invalidToken }
  }

  /// Whether the contract with the caller's partner is in force. If it rests, nothing is signed and nothing is prepared
  /// for it (trust-service.md, pitfall 57).
  func checkContract(_ caller: Caller, _ method: CSCModel.Method) async throws {
    guard !method.goesOnWithoutContract, try await partners.partner(caller.principal.partner)?.isSuspended == true
    else { return }
    throw CSCError.partnerSuspended
  }

  private func caller(_ token: String, _ method: CSCModel.Method) async throws -> Caller {
    if let sad = BearerToken.sad(token) {
      do {
        guard let bearer = try await soleControl.authorizations.bearer(sad), method.takesCredentialTokens else {
          throw CSCError.invalidToken
        }
        return .credential(bearer)
      } catch Refusal.sadExpired {
        throw CSCError.expiredToken
      }
    }
    if let lifecycleToken = BearerToken.lifecycleToken(token) {
      do {
        guard let bearer = try await issuance.grant(of: lifecycleToken), method.takesLifecycleTokens else {
          throw CSCError.invalidToken
        }
        return .lifecycle(bearer)
      } catch IssuanceRefusal.lifecycleTokenExpired {
        throw CSCError.expiredToken
      }
    }
    if method.confirmsToken, let record = tokens.remembered(token) {
      return .service(record, remembered: RememberedToken(digest: record.digest))
    }
    return .service(try await found { try await tokens.authenticate(token) })
  }

  private func found<Output>(_ lookUp: () async throws -> Output) async throws -> Output {
    do { return try await lookUp() } catch TokenService.Refusal.expired {
      throw CSCError.expiredToken
    } catch TokenService.Refusal.unknown {
      throw CSCError.invalidToken
    }
  }
}

extension Client {
  /// Whether the connection is one on which tokens of the client are good (RFC 8705 §3).
  ///
  /// - Parameter mutualTLSURL: base URL of the listener on which clients show certificates; nil if there is none.
  func mayUseTokens(on context: GatewayContext, _ mutualTLSURL: String?, _ logger: Logger) async -> Bool {
    guard bindsTokens else { return true }
    let shown = await context.clientCertificate()
    if shown == nil {
      logger.notice(
        "a certificate-bound token came without its certificate",
        metadata: ["client": "\(id)", "listener": "\(mutualTLSURL ?? "none asks for certificates")"])
    }
    return shown != nil && shown == certificate
  }
}

/// The text of a token, whose length tells its kind.
enum BearerToken {
  /// RFC 6750 §2.1, RFC 9110 §11.4: `Bearer` in any case, spaces, b64token.
  static func text(_ header: String) -> String? {
    let octets = Array(header.utf8)
    let scheme = octets.prefix { $0 != OctetClass.space }
    let token = octets[scheme.endIndex...].drop { $0 == OctetClass.space }
    guard scheme.isName("bearer"), !token.isEmpty,
      token.allSatisfy({ octet in
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-._~+/=".utf8.contains(octet)
        }
      })
    else { return nil }
    return String(decoding: token, as: UTF8.self)
  }

  /// A token that has the form of a SAD.
  static func sad(_ token: String) -> SignatureActivationData? {
    guard token.utf8.count == SignatureActivationData.textLength else { return nil }
    return Base64.decode(token).flatMap(SignatureActivationData.init(octets:))
  }

  /// A token that has the form of a lifecycle token.
  static func lifecycleToken(_ token: String) -> LifecycleToken? {
    guard token.utf8.count == LifecycleToken.textLength else { return nil }
    return Base64.decode(token).flatMap(LifecycleToken.init(octets:))
  }
}
