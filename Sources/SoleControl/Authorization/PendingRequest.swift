import Lifetimes
import Octets
import WireJSON

/// The request a customer approves out of band: the future SAD's content without the approval.
///
/// The device makes a MAC over its canonical text, so that a customer is never shown, and never approves, what an
/// editor of the store put there.
struct PendingRequest: Sendable, Equatable {
  var id: String
  /// SHA-256 of the handle with which the caller asks for the SAD.
  var handle: [UInt8]
  /// SHA-256 of the text in the page's address; nil if there is no page.
  var link: [UInt8]?
  var service: String
  var partner: PartnerID
  var signer: SignerID
  var credential: CredentialID
  var numSignatures: Int
  var hashAlgorithm: HashAlgorithm?
  var digests: [[UInt8]]
  var description: String?
  /// The factor that the customer is asked for.
  var factor: FactorID
  /// Factors that the caller presented, which were right.
  var evidence: [Evidence]
  var expires: UnixTime
  /// What the person reads in the provider's app; nil if the factor has a page of ours.
  var bindingMessage: String?

  func canonical() -> [UInt8] {
    var object = JSONObject([
      ("kind", "pending"), ("id", .string(id)), ("handle", .string(Hex.encode(handle))), ("service", .string(service)),
      ("partner", .string(partner.rawValue)),
      ("signer", .string(signer.rawValue)), ("credential", .string(credential.rawValue)),
      ("numSignatures", .integer(Int64(numSignatures))),
      ("digests", .array(digests.map { .string(Hex.encode($0)) })), ("factor", .string(factor.rawValue)),
      ("evidence", .array(evidence.map(\.json))), ("expires", .integer(expires)),
    ])
    if let link { object["link"] = .string(Hex.encode(link)) }
    if let hashAlgorithm { object["hashAlgorithm"] = .string(hashAlgorithm.rawValue) }
    if let description { object["description"] = .string(description) }
    if let bindingMessage { object["bindingMessage"] = .string(bindingMessage) }
    return JSONValue.object(object).canonical()
  }
}

extension PendingRequest {
  /// Nil if it is not what `canonical()` writes.
  init?(canonical text: [UInt8]) {
    guard let object = try? JSONValue.parse(text, limits: .own).object, object["kind"] == "pending",
      let id = object["id"]?.string, let handle = object["handle"]?.string.flatMap(Hex.decode),
      let service = object["service"]?.string,
      let partner = object["partner"]?.string, let signer = object["signer"]?.string,
      let credential = object["credential"]?.string, let numSignatures = object["numSignatures"]?.integer,
      let digests = object["digests"]?.array?.compactMap({ $0.string.flatMap(Hex.decode) }),
      let factor = object["factor"]?.string.flatMap(FactorID.init(rawValue:)),
      let evidence = object["evidence"]?.array?.compactMap({ $0.object.flatMap(Evidence.init(json:)) }),
      let expires = object["expires"]?.integer
    else { return nil }
    self.init(
      id: id, handle: handle, link: object["link"]?.string.flatMap(Hex.decode), service: service,
      partner: PartnerID(partner), signer: SignerID(signer),
      credential: CredentialID(credential), numSignatures: Int(numSignatures),
      hashAlgorithm: object["hashAlgorithm"]?.string.flatMap(HashAlgorithm.init(rawValue:)), digests: digests,
      description: object["description"]?.string, factor: factor, evidence: evidence, expires: expires,
      bindingMessage: object["bindingMessage"]?.string)
  }

  /// As `credentials/authorize` would have it now.
  var request: AuthorizationRequest {
    AuthorizationRequest(
      credential: credential, numSignatures: numSignatures, hashAlgorithm: hashAlgorithm, digests: digests,
      presented: [:])
  }
}

/// That the customer approved. Protected like the request: an editor of the store cannot approve.
struct Approval: Sendable, Equatable {
  let pending: String
  let evidence: Evidence
  let time: UnixTime

  init(pending: String, evidence: Evidence, time: UnixTime) {
    self.pending = pending
    self.evidence = evidence
    self.time = time
  }

  func canonical() -> [UInt8] {
    let text: JSONValue = [
      "kind": "approval", "pending": .string(pending), "evidence": evidence.json, "time": .integer(time),
    ]
    return text.canonical()
  }

  init?(canonical text: [UInt8]) {
    guard let object = try? JSONValue.parse(text, limits: .own).object, object["kind"] == "approval",
      let pending = object["pending"]?.string,
      let evidence = object["evidence"]?.object.flatMap(Evidence.init(json:)), let time = object["time"]?.integer
    else { return nil }
    self.init(pending: pending, evidence: evidence, time: time)
  }
}

extension PendingRequest {
  func lifetime(_ rules: SigningService.Rules) -> Lifetime {
    Lifetime(expires: expires, longest: rules.pendingLife)
  }
}
