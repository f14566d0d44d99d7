internal import CSCModel
internal import SoleControl
internal import Texts

extension EIDFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(kind: .challengeResponse, id: id.rawValue, format: nil, generator: "oidc", label: "eID")
  }
  static var methods: Set<CSCModel.Method> { [.credentialsGetChallenge] }
  static func pageKind(_ state: PageFactorState) -> SigningView.Factor.Kind? { .eid(isDone: state.hasEID) }
  static var pageField: FactorField { FactorField(factor: id, texts: FieldTexts.eid) }
}
