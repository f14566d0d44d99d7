import Assembly
import AuditLog
import Foundation
import OAuth
import OpenSSLPKI
import PKCS11Device
import Issuance
import SoleControl
import Vocabulary
import WireJSON

/// Users and credentials of the sandbox. Makes those that are not there yet.
struct SandboxPopulation {
  struct CredentialSpec: Sendable {
    let label: String
    let owner: String
    let key: KeyType
    let scal: SCAL
    var expression: String?
    var mode = AuthorizationMode.explicit
    var isEnabled = true
    /// Days that the certificate is valid; one that begins and ends in the past has expired.
    var days: Int64 = 3 * 365
    /// The owner's subject at which provider; nil for the simulator.
    var eid: (issuer: String, subject: String)?
    /// Template of that provider's `login_hint`, which names the person in its app.
    var loginHint: LoginHint?
  }

  static let plan = [
    CredentialSpec(label: "rsa2048-pin", owner: "alice", key: .rsa(bits: 2048), scal: .one, expression: "PIN"),
    CredentialSpec(label: "rsa3072-pin", owner: "alice", key: .rsa(bits: 3072), scal: .one, expression: "PIN"),
    CredentialSpec(label: "p256-pin", owner: "alice", key: .ec(.p256), scal: .one, expression: "PIN"),
    CredentialSpec(label: "p384-pin", owner: "alice", key: .ec(.p384), scal: .one, expression: "PIN"),
    CredentialSpec(label: "rsa2048-scal2", owner: "alice", key: .rsa(bits: 2048), scal: .two, expression: "PIN"),
    CredentialSpec(label: "p256-scal2", owner: "alice", key: .ec(.p256), scal: .two, expression: "PIN"),
    CredentialSpec(label: "p256-pin-otp", owner: "alice", key: .ec(.p256), scal: .one, expression: "PIN AND OTP"),
    CredentialSpec(label: "p256-pin-sms", owner: "alice", key: .ec(.p256), scal: .one, expression: "PIN AND SMS"),
    CredentialSpec(label: "p256-page", owner: "alice", key: .ec(.p256), scal: .two, expression: "PAGE"),
    CredentialSpec(label: "p256-eid", owner: "alice", key: .ec(.p256), scal: .one, expression: "EID"),
    CredentialSpec(label: "p256-eid-scal2", owner: "alice", key: .ec(.p256), scal: .two, expression: "EID"),
    CredentialSpec(label: "p256-eidapp", owner: "alice", key: .ec(.p256), scal: .two, expression: "EIDAPP"),
    CredentialSpec(
      label: "p256-oauth", owner: "alice", key: .ec(.p256), scal: .two, expression: "PIN", mode: .oauth2code),
    CredentialSpec(
      label: "p256-oauth-otp", owner: "alice", key: .ec(.p256), scal: .two, expression: "PIN AND OTP",
      mode: .oauth2code),
    CredentialSpec(
      label: "rsa2048-oauth", owner: "alice", key: .rsa(bits: 2048), scal: .one, expression: "PIN", mode: .oauth2code),
    CredentialSpec(
      label: "p256-oauth-eid", owner: "alice", key: .ec(.p256), scal: .one, expression: "EID", mode: .oauth2code),
    CredentialSpec(
      label: "rsa2048-implicit", owner: "alice", key: .rsa(bits: 2048), scal: .one, expression: nil, mode: .implicit),
    CredentialSpec(
      label: "p256-disabled", owner: "alice", key: .ec(.p256), scal: .one, expression: "PIN", isEnabled: false),
    CredentialSpec(label: "p256-expired", owner: "alice", key: .ec(.p256), scal: .one, expression: "PIN", days: -1),
    // To be locked by a test of locking.
    CredentialSpec(label: "lock-pin", owner: "alice", key: .ec(.p256), scal: .one, expression: "PIN"),
    CredentialSpec(label: "lock-sms", owner: "alice", key: .ec(.p256), scal: .one, expression: "PIN AND SMS"),
    CredentialSpec(label: "lock-page", owner: "alice", key: .ec(.p256), scal: .one, expression: "PAGE"),
    CredentialSpec(label: "p256-partner", owner: "alice", key: .ec(.p256), scal: .two, expression: "PARTNER"),
    CredentialSpec(
      label: "p256-step-up", owner: "alice", key: .ec(.p256), scal: .two, expression: "PARTNER AND (EIDAPP OR OTP)"),
    CredentialSpec(label: "p256-pin-bob", owner: "bob", key: .ec(.p256), scal: .one, expression: "PIN"),
  ]

  static let multisign = 100
  /// Seconds that service tokens of the sandbox live.
  static let tokenLife: Int64 = 86400

  let service: Service
  let authority: CertificateAuthority
  let seed: SandboxSeed
  let providers: [SandboxEIDProvider]

  func make() async throws {
    for user in seed.users { try await make(user) }
    try await make(token: seed.partnerToken, signer: nil)
    for line in Self.plan { try await make(line, id: seed.credentialIDs[line.label]) }
    for provider in providers {
      for line in provider.lines {
        let id = provider.credentialID(line)
        try await make(line, id: id)
        try await replaceAuthenticator(line, CredentialID(id))
      }
    }
  }

  /// The person may have another name at the provider than when the credential was made.
  private func replaceAuthenticator(_ line: CredentialSpec, _ id: CredentialID) async throws {
    guard let eid = line.eid else { return }
    let principal = Principal(partner: PartnerID(seed.partner), signer: nil)
    var credential = try await service.soleControl.credentials.credential(id, as: principal)
    let authenticator: Authenticator =
      if line.expression == FactorID.eidApp.rawValue {
        .eidApp(
          issuer: eid.issuer, subject: eid.subject, minimumLevel: .substantial,
          hint: (line.loginHint ?? .standard).filled(subject: eid.subject, username: line.owner))
      } else {
        .eid(issuer: eid.issuer, subject: eid.subject, minimumLevel: .substantial)
      }
    guard credential.authenticators != [authenticator] else { return }
    credential.authenticators = [authenticator]
    try await service.soleControl.credentials.put(credential, events: [])
  }

  private func make(_ user: SandboxSeed.User) async throws {
    try await make(token: user.serviceToken, signer: user.signer)
    try await registerSubject(user)
    guard
      try await service.store.readOAuth(reading: [.account(user.username)], { try $0.account(user.username) }) == nil
    else { return }
    let account = try await service.tokens.newAccount(
      username: user.username, password: user.password, partner: seed.partner, signer: user.signer)
    try await service.store.writeOAuth(reading: [.account(account.username, .exclusive)]) { try $0.put(account) }
  }

  /// Also into a folder that an earlier build made.
  private func registerSubject(_ user: SandboxSeed.User) async throws {
    let (signer, partner) = (SignerID(user.signer), PartnerID(seed.partner))
    guard try await service.issuance.subject(of: signer, at: partner) == nil else { return }
    try await service.issuance.registerSubject(
      CertificateSubject(
        signer: signer, partner: partner, commonName: "\(user.givenName) \(user.surname)", givenName: user.givenName,
        surname: user.surname, country: "AT"))
  }

  /// A token keeps its text over restarts; its day begins again.
  private func make(token: String, signer: String?) async throws {
    let record = TokenRecord(
      digest: TokenService.digest(token), kind: .access, partner: seed.partner, signer: signer, client: seed.partner,
      grant: TokenRecord.lastingGrant, expires: Int64(Date().timeIntervalSince1970) + Self.tokenLife)
    try await service.store.writeOAuth(reading: [.token(record.digest, .exclusive)]) { try $0.put(record) }
  }

  private func make(_ line: CredentialSpec, id: String?) async throws {
    let expression = line.expression.flatMap(FactorExpression.init(parsing:))
    guard let id, let user = seed.users.first(where: { $0.username == line.owner }),
      (expression == nil) == (line.expression == nil)
    else {
      throw ConfigError(description: "the seed does not know \(line.label); delete the state folder to start again")
    }
    guard
      try await service.store.read(reading: [.credential(CredentialID(id))], { try $0.mac(of: CredentialID(id)) })
        == nil
    else { return }
    FileHandle.standardError.write(Data("making \(line.label)\n".utf8))
    let plan = CredentialPlan(
      id: CredentialID(id), partner: PartnerID(seed.partner), signer: SignerID(user.signer),
      description: "\(user.givenName) \(user.surname), \(line.label)", qualifier: "eu_eidas_aes",
      keyType: line.key, mode: line.mode, expression: expression,
      factors: try expression?.factors.map { try factor($0, user, line) } ?? [], scal: line.scal,
      multisign: Self.multisign)
    let subject = CertificateAuthority.Subject(
      commonName: "\(user.givenName) \(user.surname)", givenName: user.givenName, surname: user.surname, country: "AT")
    let begin = Int64(Date().timeIntervalSince1970) + min(line.days - 1, 0) * 86400
    var credential = try await service.soleControl.credentials.createCredential(plan, keys: service.device) {
      publicKey in
      try authority.issue(
        publicKey: publicKey, subject: subject, serial: SandboxSeed.randomBytes(16),
        now: begin, days: abs(line.days))
    }
    guard !line.isEnabled else { return }
    credential.isEnabled = false
    try await service.soleControl.credentials.put(credential, events: [])
  }

  private func factor(_ id: FactorID, _ user: SandboxSeed.User, _ line: CredentialSpec) throws -> CredentialPlan.Factor
  {
    switch id {
    case .pin: return .pin(user.pin)
    case .otp:
      guard let secret = Base32.decode(user.totpSecret) else { throw ConfigError(description: "a damaged TOTP secret") }
      return .otp(secret: secret)
    case .sms: return .sms(MessageRecipient(name: user.username, language: "en"))
    case .page: return .page(MessageRecipient(name: user.username, language: "en"), pin: user.pin)
    case .eid:
      return .eid(
        issuer: line.eid?.issuer ?? seed.eidIssuer, subject: line.eid?.subject ?? user.eidSubject,
        minimumLevel: .substantial)
    case .eidApp:
      let subject = line.eid?.subject ?? user.eidSubject
      return .eidApp(
        issuer: line.eid?.issuer ?? seed.eidIssuer, subject: subject, minimumLevel: .substantial,
        hint: (line.loginHint ?? .standard).filled(subject: subject, username: user.username))
    // The portal knows its customers by the names with which they log in there.
    case .partner: return .partner(subject: user.username)
    }
  }
}
