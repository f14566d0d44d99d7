internal import CSCModel
internal import SoleControl

extension PartnerFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(
      kind: .password, id: id.rawValue, format: nil, generator: "partner-jwt", label: "Statement of the partner")
  }
  /// It speaks through the API.
  static func pageKind(_: PageFactorState) -> SigningView.Factor.Kind? { nil }
  static var pageField: FactorField { PINFactor.pageField }
}
