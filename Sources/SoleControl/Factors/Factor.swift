package import Throttling
package import Vocabulary
package import WireJSON

/// A kind of authentication object that a credential can demand (design §6).
///
/// A type that conforms is all that sole control knows of one kind; `FactorID.kind` lists them. A value of it is an
/// authenticator: what is kept for one credential in order to check it, as a part of the credential's protected row.
/// Specs/contributing.md tells how one is added.
package protocol Factor: Sendable {
  static var id: FactorID { get }
  static var traits: FactorTraits { get }
  /// Wrong tries until the factor is locked. By default `Rules.maximumTries`.
  static func maximumTries(_ rules: ServiceContext.Rules) -> Int

  /// The members of the stored authenticator. `factor`, the id, is added to them.
  var members: [(String, JSONValue)] { get }
  /// Nil if it is not what `members` makes.
  init?(members object: JSONObject)

  /// The customer at the partner's messenger, if the factor reaches people there.
  var recipient: MessageRecipient? { get }

  /// Checks what was presented as far as that is possible outside a transaction: asks providers and says what the
  /// device has to compute. The verdict of the check decides in the transaction.
  ///
  /// - Throws: `Refusal` if it cannot be looked at. A value that was looked at and is wrong is no error but a verdict.
  func prepare(_ presented: PresentedFactor, in factors: FactorService) async throws -> FactorCheck

  /// Makes a challenge (CSC v2 §11.10 `credentials/getChallenge`).
  ///
  /// - Returns: the challenge; nil if it went to the customer another way.
  /// - Throws: `Refusal.noChallenge` if the factor has none, which is the default.
  func challenge(_ request: ChallengeRequest, in factors: FactorService) async throws -> String?
}

extension Factor {
  package static func maximumTries(_ rules: ServiceContext.Rules) -> Int { rules.maximumTries }
  package var recipient: MessageRecipient? { nil }
  package func challenge(_: ChallengeRequest, in _: FactorService) async throws -> String? { throw Refusal.noChallenge }
}

/// A factor that the customer gives past the partner, after the call that asks for it was answered (CSC v2
/// `PasswordOOB`, `ChallengeResponseOOB`).
package protocol OutOfBandFactor: Factor {
  /// Whether the customer is sent to a confirmation page of ours, by a secret link.
  static var hasPage: Bool { get }

  /// The text that the person reads where it is asked; nil if the page shows the request itself.
  func bindingMessage(
    _ request: AuthorizationRequest, _ credential: Credential, _ context: ServiceContext
  ) async throws -> String?

  /// Stores the authorization that waits, and asks the customer.
  func ask(_ waiting: NewPending, in authorizations: AuthorizationService) async throws

  /// Looks for the customer's answer. By default it comes by itself.
  ///
  /// - Returns: whether the authorization waits no longer.
  func poll(_ found: LoadedPending, handle: String, in authorizations: AuthorizationService) async throws -> Bool
}

extension OutOfBandFactor {
  /// The caller has nothing to present: what the customer gives reaches the gateway another way.
  package func prepare(_: PresentedFactor, in _: FactorService) async throws -> FactorCheck {
    throw Refusal.unknownFactor
  }
  package func bindingMessage(_: AuthorizationRequest, _: Credential, _: ServiceContext) async throws -> String? { nil }
  package func poll(_: LoadedPending, handle _: String, in _: AuthorizationService) async throws -> Bool { false }
}

/// Properties of a factor that the other services use.
package struct FactorTraits: Sendable {
  /// Whether somebody who tries long enough finds a right one.
  package var isGuessable: Bool
  /// Whether its check may call somebody outside.
  package var isCheckedElsewhere: Bool
  /// Whether it vouches for the digests that were named with it, so that they cannot be exchanged later for others.
  package var isAboutDigests: Bool
  /// Whether it can be given on the authorization server's own pages.
  package var isForPages: Bool

  package init(isGuessable: Bool, isCheckedElsewhere: Bool, isAboutDigests: Bool, isForPages: Bool) {
    self.isGuessable = isGuessable
    self.isCheckedElsewhere = isCheckedElsewhere
    self.isAboutDigests = isAboutDigests
    self.isForPages = isForPages
  }
}

/// A factor's value as a caller presents it, with all that it is held against.
package struct PresentedFactor: Sendable {
  package let value: String
  package let credential: Credential
  package let request: AuthorizationRequest
  /// Joins the check with the evidence of it.
  package let evidenceID: String
  package let now: UnixTime
}

/// A call for a challenge.
package struct ChallengeRequest: Sendable {
  package let credential: UsableCredential
  package let principal: Principal
  /// Origin of the call; nil if unknown.
  package let origin: Origin?
  /// The partner's words about the transaction, for the customer.
  package let description: String?
}

/// The names of the factors, as callers and policies spell them. They are checked in this order.
public enum FactorID: String, Sendable, CaseIterable {
  case pin = "PIN"
  case otp = "OTP"
  case sms = "SMS"
  case eid = "EID"
  case partner = "PARTNER"
  case page = "PAGE"
  case eidApp = "EIDAPP"

  /// The type that knows all about it.
  package var kind: any Factor.Type {
    switch self {
    case .pin: PINFactor.self
    case .otp: OTPFactor.self
    case .sms: SMSFactor.self
    case .eid: EIDFactor.self
    case .partner: PartnerFactor.self
    case .page: PageFactor.self
    case .eidApp: EIDAppFactor.self
    }
  }

  package var traits: FactorTraits { kind.traits }

  /// Whether the customer gives it past the partner, after the call that asks for it was answered
  /// (CSC v2 `PasswordOOB`, `ChallengeResponseOOB`).
  public var isOutOfBand: Bool { kind is any OutOfBandFactor.Type }
}

/// The data by which a factor is checked. Part of the protected credential row.
public struct Authenticator: Sendable, Equatable {
  package let value: any Factor

  package init(_ value: any Factor) { self.value = value }

  public var factor: FactorID { type(of: value).id }

  var json: JSONValue { .object(JSONObject([("factor", .string(factor.rawValue))] + value.members)) }

  /// Nil if it is not what `json` makes.
  init?(json object: JSONObject) {
    guard let id = object["factor"]?.string.flatMap(FactorID.init(rawValue:)), let value = id.kind.init(members: object)
    else { return nil }
    self.value = value
  }

  public static func == (left: Authenticator, right: Authenticator) -> Bool { left.json == right.json }
}

extension Credential {
  /// The credential's authenticator of this factor; nil if it has none.
  package func authenticator<Kind: Factor>(_: Kind.Type) -> Kind? {
    authenticators.lazy.compactMap { $0.value as? Kind }.first
  }

  func authenticator(_ id: FactorID) -> (any Factor)? { authenticators.first { $0.factor == id }?.value }
}
