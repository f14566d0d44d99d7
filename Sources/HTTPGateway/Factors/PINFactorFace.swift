internal import CSCModel
internal import SoleControl
internal import Texts
internal import Vocabulary

extension PINFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(kind: .password, id: id.rawValue, format: "N", generator: nil, label: "PIN")
  }
  static var memberInV1: String? { "PIN" }
  static func wrong(_ version: CSCVersion) -> CSCError { .wrongPIN(version) }
  static func pageKind(_: PageFactorState) -> SigningView.Factor.Kind? { .typed(id) }
  static var pageField: FactorField {
    FactorField(factor: id, isHidden: true, isNumeric: true, texts: FieldTexts.pin)
  }
}
