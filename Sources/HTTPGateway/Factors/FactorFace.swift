internal import CSCModel
internal import SoleControl
internal import Vocabulary

/// The gateway's words for a factor: to clients as an object of `credentials/info` and in refusals, to people as a part
/// of a page.
protocol FactorFace: Factor {
  /// The object of `credentials/info` (CSC v2 §11.7 `auth/objects`).
  static var wireObject: CredentialAnswer.AuthObject { get }
  /// The member of v1's `credentials/authorize` that brings it; nil if v1 has none.
  static var memberInV1: String? { get }
  /// Methods of the API of which it needs one, besides that which authorizes.
  static var methods: Set<CSCModel.Method> { get }
  /// The answer to a wrong one.
  static func wrong(_ version: CSCVersion) -> CSCError
  /// The part of the page that asks for it; nil if no page of ours does.
  static func pageKind(_ state: PageFactorState) -> SigningView.Factor.Kind?
  /// The field of a page that asks for it, or whose texts say there that it is missing, wrong or locked.
  static var pageField: FactorField { get }
}

extension FactorFace {
  static var memberInV1: String? { nil }
  static var methods: Set<CSCModel.Method> { [] }
  static func wrong(_: CSCVersion) -> CSCError { .wrongAuthenticationData }
}

/// State of the factors of a page so far.
struct PageFactorState {
  /// Whether the person came back from the eID provider.
  let hasEID: Bool
  let codeWasSent: Bool
}

extension FactorID {
  var face: any FactorFace.Type {
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

  private static let typed = Set(
    allCases.filter { factor in
      factor.face.pageKind(PageFactorState(hasEID: false, codeWasSent: false))?.input != nil
    })

  /// Whether the person types it on a page.
  var isTyped: Bool { Self.typed.contains(self) }

  /// The field of a page that a message about it is about.
  var pageField: PageMessage.Field { .factor(face.pageField.factor) }

  /// v1 has one word for all one-time codes.
  var nameInV1: String { face.memberInV1 ?? rawValue }

  /// Those that no caller of the API can give, because the operator left their methods out.
  static func notOffered(by info: ServiceInfo) -> Set<FactorID> {
    Set(allCases.filter { !$0.face.methods.isEmpty && !$0.face.methods.contains(where: info.offers) })
  }

  /// Those that our pages can ask for.
  static let askable = Set(allCases.filter(\.traits.isForPages))
}
