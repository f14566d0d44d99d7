internal import CSCModel
internal import SoleControl
internal import Texts
internal import Vocabulary

extension OTPFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(kind: .password, id: id.rawValue, format: "N", generator: "totp", label: "One-time password")
  }
  static var memberInV1: String? { "OTP" }
  static func wrong(_ version: CSCVersion) -> CSCError { .wrongOTP(version) }
  static func pageKind(_: PageFactorState) -> SigningView.Factor.Kind? { .typed(id) }
  static var pageField: FactorField {
    FactorField(factor: id, isNumeric: true, autocomplete: "one-time-code", texts: FieldTexts.otp)
  }
}
