internal import CSCModel
internal import SoleControl

extension EIDAppFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(kind: .challengeResponseOutOfBand, id: id.rawValue, format: nil, generator: "ciba", label: "eID app")
  }
  static var methods: Set<CSCModel.Method> { [.credentialsAuthorizeCheck] }
  /// It is asked for in an app.
  static func pageKind(_: PageFactorState) -> SigningView.Factor.Kind? { nil }
  static var pageField: FactorField { EIDFactor.pageField }
}
