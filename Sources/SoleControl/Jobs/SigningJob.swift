import Octets
public import Vocabulary
package import WireJSON

/// An asynchronous call that was accepted (CSC v2 `operationMode` A): which operation it is, and who may have the
/// result for how long.
///
/// The device makes a MAC over its canonical text. At a restart a job is signed without the SAD, which is stored
/// nowhere; so only what the gateway itself accepted under a SAD may be taken from the store.
package struct SigningJob: DeviceProtected, CanonicalObject, Equatable {
  package static var macKey: MACKey { .job }

  let id: JobID
  let operation: String
  /// SHA-256 of the operation's work: what may be signed.
  let workDigest: [UInt8]
  let method: SigningMethod
  let credential: CredentialID
  let partner: PartnerID
  let signer: SignerID
  /// The client for which the authorization server gave the SAD, if it did.
  let client: ClientID?
  /// Milliseconds for which the result is available, counted from its completion.
  let validity: Int64
  /// URI at which the partner wants the notification of the job's end.
  let responseURI: String?

  static func digest(ofWork work: [UInt8]) -> [UInt8] { OctetDigest.sha256(work) }

  package var object: JSONObject {
    var object = JSONObject([
      ("id", .string(id.rawValue)), ("operation", .string(operation)), ("work", .octets(workDigest)),
      ("method", .string(method.rawValue)), ("credential", .string(credential.rawValue)),
      ("partner", .string(partner.rawValue)), ("signer", .string(signer.rawValue)), ("validity", .integer(validity)),
    ])
    if let client { object["client"] = .string(client.rawValue) }
    if let responseURI { object["responseURI"] = .string(responseURI) }
    return object
  }

  package init?(object: JSONObject) {
    guard let id = object["id"]?.string, let operation = object["operation"]?.string,
      let workDigest = object.octets("work"),
      let method = object["method"]?.string.flatMap(SigningMethod.init(rawValue:)),
      let credential = object["credential"]?.string, let partner = object["partner"]?.string,
      let signer = object["signer"]?.string, let validity = object["validity"]?.integer
    else { return nil }
    self.init(
      id: JobID(id), operation: operation, workDigest: workDigest, method: method,
      credential: CredentialID(credential), partner: PartnerID(partner), signer: SignerID(signer),
      client: object["client"]?.string.map { ClientID($0) }, validity: validity,
      responseURI: object["responseURI"]?.string)
  }

  init(
    id: JobID, operation: String, workDigest: [UInt8], method: SigningMethod, credential: CredentialID,
    partner: PartnerID, signer: SignerID, client: ClientID?, validity: Int64, responseURI: String?
  ) {
    self.id = id
    self.operation = operation
    self.workDigest = workDigest
    self.method = method
    self.credential = credential
    self.partner = partner
    self.signer = signer
    self.client = client
    self.validity = validity
    self.responseURI = responseURI
  }
}

extension Principal {
  /// The same rule as for the credential and the SAD that the job signs with.
  func mayHave(_ job: SigningJob) -> Bool {
    job.partner == partner && (signer == nil || job.signer == signer) && (job.client == nil || job.client == client)
  }
}

/// A job as the store keeps it. The accepted call never changes and has a MAC; the state changes and has none.
public struct StoredJob: Sendable, Equatable {
  public let id: JobID
  /// Id of the operation that it carries out.
  public let operation: String
  /// The gateway process that accepted it, which alone carries it out.
  public let instance: String
  /// Canonical text of the `SigningJob` and the device's MAC over it.
  public let row: ProtectedRow
  public let state: JobState

  public init(id: JobID, operation: String, instance: String, row: ProtectedRow, state: JobState) {
    self.id = id
    self.operation = operation
    self.instance = instance
    self.row = row
    self.state = state
  }
}

/// A job is open until it has ended in one of two ways, and forgotten when its time is over.
public enum JobState: Sendable, Equatable {
  case open
  /// The operation has the signatures.
  case completed(expires: UnixMilliseconds)
  /// The operation is released.
  case failed(JobFailure, expires: UnixMilliseconds)

  /// Nil while it is open.
  public var expires: UnixMilliseconds? {
    switch self {
    case .open: nil
    case .completed(let expires), .failed(_, let expires): expires
    }
  }

  func isOver(at now: UnixMilliseconds) -> Bool { expires.map { $0 <= now } ?? false }
}

/// Reason why a job ended without signatures: the refusal of the same call if it had been synchronous.
public enum JobFailure: String, Sendable, CaseIterable {
  case unavailable
  case parametersNotSupported
  case credentialDisabled
  case credentialDeleted
  case authorizationRevoked
  case certificateExpired
  /// Not the caller's fault.
  case fault
}
