import Octets
import AuditLog
public import Vocabulary
import WireJSON

/// A call of credentials/extendTransaction, as sole control sees it.
public struct ExtensionRequest: Sendable {
  public var credential: CredentialID
  public var sad: SignatureActivationData
  public var hashAlgorithm: HashAlgorithm?
  /// Raw digests in request order, for the next call of signHash; empty if none were named.
  public var digests: [[UInt8]]

  public init(
    credential: CredentialID, sad: SignatureActivationData, hashAlgorithm: HashAlgorithm?, digests: [[UInt8]]
  ) {
    self.credential = credential
    self.sad = sad
    self.hashAlgorithm = hashAlgorithm
    self.digests = digests
  }

  /// Digest of the parts that make two extensions of a SAD the same.
  fileprivate var digest: [UInt8] {
    let text: JSONValue = [
      "hashAlgorithm": .string(hashAlgorithm?.rawValue ?? ""),
      "digests": .octets(digests),
    ]
    return OctetDigest.sha256(text.canonical())
  }
}

/// A SAD as it is when it is to be extended.
private struct Extensible: Sendable {
  let usable: UsableCredential
  let sad: VerifiedSAD
  /// Numbers of the slots that are left.
  let free: [Int]
  let successor: Successor?

  var credential: Credential { usable.credential }
  var activation: Activation { sad.activation }
  var binding: Binding { sad.binding }
}

extension AuthorizationService {
  /// Number of times that an extension starts again because a signature took a slot meanwhile.
  private static let mostAttempts = 10

  /// Exchanges a SAD for a new one (CSC v1 §11.7, v2 §11.11): in one transaction the old one is dead and the new one
  /// alive, with as many signatures as the old one had left. Signatures that are reserved, used or unknown stay gone.
  ///
  /// The same extension again gets the same new SAD, so that a lost answer does not cost the authorization.
  public func extend(_ request: ExtensionRequest, as principal: Principal) async throws -> Authorization {
    for _ in 0..<Self.mostAttempts {
      let old = try await extensible(request, as: principal)
      guard !old.activation.isRevoked else { throw Refusal.invalidSAD }
      if old.activation.isReplaced { return try await repeated(request, old) }
      if let new = try await replace(old, request) { return new }
    }
    throw Refusal.unavailable
  }

  private func extensible(_ request: ExtensionRequest, as principal: Principal) async throws -> Extensible {
    let name = request.sad.digest
    let (row, activation, states, successor) = try await read(
      reading: [.credential(request.credential), .activation(name)]
    ) {
      (
        try $0.credential(request.credential), try $0.activation(name), try $0.slots(name),
        try $0.successor(of: name)
      )
    }
    let usable = try await credentials.usable(row, request.credential, as: principal)
    let credential = usable.credential
    guard credential.isEnabled else { throw Refusal.credentialDisabled }
    guard let unverified = UnverifiedSAD(request.sad, activation),
      let sad = unverified.verified(by: try await context.macs([unverified.message])[0])
    else { throw Refusal.invalidSAD }
    try sad.check(for: credential, principal, context.rules, at: try context.decidingTime())
    guard states.count == sad.binding.numSignatures else { throw try await context.slotsFault(sad.binding, name) }
    return Extensible(
      usable: usable, sad: sad, free: states.indices.filter { states[$0].isFree }, successor: successor)
  }

  /// Nil if the SAD changed meanwhile.
  private func replace(_ old: Extensible, _ request: ExtensionRequest) async throws -> Authorization? {
    let now = try context.decidingTime()
    let binding = try next(old, request, now)
    let (sad, activation) = try await context.newSAD(for: binding)
    let name = request.sad.digest
    let successor = Successor(
      extended: name, activation: sad.digest, request: request.digest,
      sealed: try SealedBox.successor(of: request.sad).seal(sad.octets))

    let isDone: Bool = try await write(
      reading: [.credential(old.usable.id), .activation(name, .exclusive)]
    ) { transaction in
      try old.usable.requireUnchanged(in: transaction)
      let states = try transaction.slots(name)
      guard try transaction.activation(name)?.isAlive == true, states.count == old.binding.numSignatures,
        states.indices.filter({ states[$0].isFree }) == old.free
      else { return false }
      try transaction.add(activation, slots: binding.numSignatures)
      try transaction.add(successor)
      try transaction.append(Self.extended(name, by: activation, binding))
      return true
    }
    return isDone ? Authorization(sad: sad, activation: sad.digest, expiresIn: binding.expires - now) : nil
  }

  /// The binding of the new SAD.
  private func next(_ old: Extensible, _ request: ExtensionRequest, _ now: UnixTime) throws -> Binding {
    guard !old.free.isEmpty else { throw Refusal.invalidSAD }
    guard old.credential.scal == .one || !request.digests.isEmpty else { throw Refusal.digestsMissing }
    guard request.digests.count <= old.free.count else { throw Refusal.authorizationExhausted }
    var binding = old.binding
    binding.scal = old.credential.scal
    binding.numSignatures = old.free.count
    binding.digests = try Self.digests(old, request)
    binding.terms = Self.terms(old, binding.digests)
    if !request.digests.isEmpty { binding.hashAlgorithm = request.hashAlgorithm }
    if binding.digests.isEmpty { binding.hashAlgorithm = nil }
    let began = old.binding.began ?? old.binding.issued
    binding.began = began
    binding.issued = now
    binding.expires = min(now + context.rules.activationLife, began + context.rules.longestTransaction)
    return binding
  }

  /// The digests of the new SAD. Without new ones those that the old SAD named and did not use.
  private static func digests(_ old: Extensible, _ request: ExtensionRequest) throws -> [[UInt8]] {
    let named = old.free.filter { $0 < old.binding.digests.count }.map { old.binding.digests[$0] }
    guard !request.digests.isEmpty else { return named }
    guard old.binding.isAboutDigests, !old.binding.digests.isEmpty else { return request.digests }
    // The digests that a person saw on a page, or that somebody outside vouched for, stay and cannot be exchanged for
    // others: further digests take signatures for which none were named.
    guard request.hashAlgorithm == old.binding.hashAlgorithm else { throw Refusal.digestNotAuthorized }
    var further = request.digests
    for digest in named { if let index = further.firstIndex(of: digest) { further.remove(at: index) } }
    guard named.count + further.count <= old.free.count else { throw Refusal.digestNotAuthorized }
    return named + further
  }

  /// Terms of the digests of the new SAD: those that the old SAD did not name have none, or any if it could name none.
  private static func terms(_ old: Extensible, _ digests: [[UInt8]]) -> [AuthorizedTerms?] {
    var named: [[UInt8]: [AuthorizedTerms?]] = [:]
    for place in old.free.reversed() where place < old.binding.digests.count {
      named[old.binding.digests[place], default: []].append(old.binding.terms(at: place))
    }
    let none = old.binding.saysTerms ? AuthorizedTerms(digest: [], isInDigest: false) : nil
    let terms = digests.map { digest -> AuthorizedTerms? in
      guard let terms = named[digest]?.popLast() else { return none }
      return terms
    }
    return terms.allSatisfy { $0 == nil } ? [] : terms
  }

  /// A dead SAD is good for nothing but the extension that ended it.
  private func repeated(_ request: ExtensionRequest, _ old: Extensible) async throws -> Authorization {
    guard let successor = old.successor, ConstantTime.isEqual(successor.request, request.digest),
      let sad = SealedBox.successor(of: request.sad).openSAD(successor.sealed),
      let activation = try await context.activation(sad.digest), activation.isAlive,
      let binding = Binding(canonical: activation.binding)
    else { throw Refusal.invalidSAD }
    let now = context.clock.now()
    guard binding.lifetime.isOpen(at: now) else { throw Refusal.sadExpired }
    return Authorization(sad: sad, activation: sad.digest, expiresIn: binding.expires - now)
  }

  private static func extended(
    _ old: ActivationDigest, by activation: Activation, _ binding: Binding
  ) -> AuditEvent {
    AuditEvent(
      .authorizationExtended,
      [
        ("activation", .octets(activation.digest.bytes)), ("extends", .octets(old.bytes)),
        ("credential", .string(binding.credential.rawValue)), ("signer", .string(binding.signer.rawValue)),
        ("partner", .string(binding.partner.rawValue)), ("client", .string(binding.client?.rawValue ?? "")),
        ("numSignatures", .integer(Int64(binding.numSignatures))),
        ("digests", .octets(binding.digests)),
        ("expires", .integer(binding.expires)),
      ] + binding.termsField)
  }
}

extension Binding {
  /// Whether it is the named digests that were authorized: the signer saw them on the consent page, behind a link or in
  /// the eID's app, or the eID's log-in or the partner's statement is tied to them.
  fileprivate var isAboutDigests: Bool {
    client != nil || evidence.contains { $0.factor.traits.isAboutDigests }
  }
}
