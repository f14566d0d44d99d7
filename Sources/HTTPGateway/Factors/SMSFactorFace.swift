internal import CSCModel
internal import SoleControl
internal import Texts
internal import Vocabulary

extension SMSFactor: FactorFace {
  static var wireObject: CredentialAnswer.AuthObject {
    .init(kind: .challengeResponse, id: id.rawValue, format: "N", generator: nil, label: "Code by message")
  }
  static var methods: Set<CSCModel.Method> { [.credentialsGetChallenge, .credentialsSendOTP] }
  static var memberInV1: String? { "OTP" }
  static func wrong(_ version: CSCVersion) -> CSCError { .wrongOTP(version) }
  static func pageKind(_ state: PageFactorState) -> SigningView.Factor.Kind? { .sent(id, wasSent: state.codeWasSent) }
  static var pageField: FactorField {
    FactorField(factor: id, isNumeric: true, autocomplete: "one-time-code", texts: FieldTexts.sms)
  }
}
