internal import CSCModel
internal import SoleControl

extension PageFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(kind: .passwordOutOfBand, id: id.rawValue, format: nil, generator: nil, label: "Confirmation page")
  }
  static var methods: Set<CSCModel.Method> { [.credentialsAuthorizeCheck] }
  /// It has a page of its own.
  static func pageKind(_: PageFactorState) -> SigningView.Factor.Kind? { nil }
  static var pageField: FactorField { PINFactor.pageField }
}
